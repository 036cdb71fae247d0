// Types of the modules that build/property-table.ts makes.
declare module 'virtual:property-facts' {
  const facts: import('../build/property-table.ts').PropertyFactsTable;
  export default facts;
}
declare module 'virtual:property-words/en' {
  const words: import('../build/property-table.ts').PropertyWords;
  export default words;
}
declare module 'virtual:property-words/zh' {
  const words: import('../build/property-table.ts').PropertyWords;
  export default words;
}
declare module 'virtual:property-icons' {
  const icons: import('../build/property-table.ts').IconTable;
  export default icons;
}
declare module 'virtual:property-kind-icons' {
  const icons: import('../build/property-table.ts').IconTable;
  export default icons;
}
/** Of build/scanner-wasm.ts: the address of the decoder of pictured codes. */
declare module 'virtual:scanner-wasm' {
  const address: string;
  export default address;
}
