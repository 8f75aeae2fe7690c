// SPDX-License-Identifier: LGPL-2.1-or-later

/** The figures that a person asks for, of some tracks. Rates are since `before`, the answer of the time before. */
export function summarize(report, trackIds, before) {
	const entries = [...report.values()];
	const summary = { audio: null, video: null, roundTripTime: null, raw: {} };
	for (const entry of entries.filter((one) => one.type === 'inbound-rtp' && trackIds.includes(one.trackIdentifier))) {
		const last = before?.raw[entry.id];
		const since = (field) => Math.max(0, (entry[field] ?? 0) - (last[field] ?? 0));
		const perSecond = (field) => (last ? (1000 * since(field)) / (entry.timestamp - last.timestamp || 1) : null);
		summary.raw[entry.id] = entry;
		summary[entry.kind] = {
			codec: report.get(entry.codecId)?.mimeType.split('/')[1] ?? null,
			bitrate: last ? 8 * perSecond('bytesReceived') : null,
			loss: last ? since('packetsLost') / (since('packetsLost') + since('packetsReceived') || 1) : null,
			...(entry.kind === 'video' && {
				width: entry.frameWidth ?? 0, height: entry.frameHeight ?? 0, frameRate: perSecond('framesDecoded'),
			}),
		};
	}
	summary.roundTripTime = entries.map((one) => (one.nominated ? one.currentRoundTripTime : one.roundTripTime))
		.find((time) => time > 0) ?? null;
	return summary;
}
