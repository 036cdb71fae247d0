// What a person reads, in the two languages of the page and the command line.

/** The same thing said in English and in Chinese. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}
