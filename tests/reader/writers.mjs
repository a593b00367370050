// Writes a workbook again with a library of npm: node writers.mjs NODE_MODULES LIBRARY IN OUT
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, library, given, made] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${modules}/x.js`));

const writers = {
  async exceljs() {
    const { Workbook } = require("exceljs");
    const book = new Workbook();
    await book.xlsx.readFile(given);
    await book.xlsx.writeFile(made);
  },
  async xlsx() {
    const XLSX = require("xlsx");
    XLSX.writeFile(XLSX.readFile(given, { cellStyles: true, cellFormula: true }), made);
  },
  async "xlsx-values"() {
    const XLSX = require("xlsx");
    const book = XLSX.readFile(given);
    const other = XLSX.utils.book_new();
    for (const name of book.SheetNames) {
      const rows = XLSX.utils.sheet_to_json(book.Sheets[name], { header: 1, blankrows: true });
      XLSX.utils.book_append_sheet(other, XLSX.utils.aoa_to_sheet(rows), name);
    }
    XLSX.writeFile(other, made);
  },
  async "xlsx-populate"() {
    const book = await require("xlsx-populate").fromFileAsync(given);
    await book.toFileAsync(made);
  },
};

await writers[library]();
