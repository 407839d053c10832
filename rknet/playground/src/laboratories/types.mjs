/** What the modules of the laboratories hand to one another; see rknet/laboratories/specification.py. */

/** @import { Panel, Pen } from "../painting/panel.mjs" */
/** @import { Theme } from "../painting/colours.mjs" */

/**
 * A control as Python states it, set to a value.
 * @typedef {object} Stated
 * @property {"Choice"|"Values"|"Slider"|"Written"} kind
 * @property {string} name
 * @property {string} label
 * @property {[string, string[]]|null} only_with  another control and the values with which this one is shown
 * @property {any} value
 * @property {[string, string][]} [options]
 * @property {number[]} [values]
 * @property {number} [least]
 * @property {number} [most]
 * @property {number} [step]
 * @property {number} [lines]
 */

/** @typedef {{kind: string, title: string, figure: string, controls: Stated[], given: any}} Specification */
/** Values of the controls by name. @typedef {Record<string, any>} Values */

/**
 * What a laboratory finds around it.
 * @typedef {object} Frame
 * @property {any} given                  what Python gives it
 * @property {Values} values
 * @property {Record<string, string>} labels  of the controls, by name
 * @property {HTMLElement} views          the place of its pictures
 * @property {Theme} theme
 * @property {boolean} still              whether the reader wants little motion
 * @property {string|undefined} source    the text of this module, for a worker
 * @property {(label: string, paint: (pen: Pen, width: number, height: number) => void, title?: string|Node) => Panel} panel
 * @property {(name: string, value: any) => void} set  sets a control as a reader would
 * @property {(name: string, text: string) => void} instead  has a list show a text that is none of its choices
 * @property {(text: string) => void} say              one sentence below the pictures, also for those who hear the page
 */

/** A laboratory at work. @typedef {{update: (changed: string[]) => void, close?: () => void}} Running */

/**
 * A laboratory: what it shows in numbers, and its pictures.
 * @typedef {object} Laboratory
 * @property {(values: Values, given: any) => any} numbers
 * @property {(frame: Frame) => Running} open
 */

export {};
