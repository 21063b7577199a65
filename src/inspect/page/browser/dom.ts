import { byId } from '../../../html/browser/dom.js';

/** The field that the search is typed into. */
export const queryField = (): HTMLInputElement => byId('query') as HTMLInputElement;

export const helpDialog = (): HTMLDialogElement => byId('help') as HTMLDialogElement;
