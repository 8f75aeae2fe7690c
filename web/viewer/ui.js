// SPDX-License-Identifier: LGPL-2.1-or-later
/** The page's elements by their ids. */
export const ui = Object.fromEntries([...document.querySelectorAll('[id]')].map((element) => [element.id, element]));

/** A new element. What strangers wrote is only ever text. */
export const make = (tag, properties, ...children) => {
	const element = Object.assign(document.createElement(tag), properties);
	element.append(...children);
	return element;
};
