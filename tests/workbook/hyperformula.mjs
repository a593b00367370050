// Computes workbooks with HyperFormula: [{sheets: {name: rows}, moves: [{sheet, from: [row, column, rows, columns], to: [row, column]}]}] on stdin, their values on stdout.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "index.js"));
const { HyperFormula, DetailedCellError } = require("hyperformula");

const settings = { licenseKey: "gpl-v3", useArrayArithmetic: true, smartRounding: false };
const plain = (value) => (value instanceof DetailedCellError ? value.value : value);

const results = JSON.parse(readFileSync(0, "utf8")).map(({ sheets, moves }) => {
  const engine = HyperFormula.buildFromSheets(sheets, settings);
  for (const { sheet, from, to } of moves) {
    const id = engine.getSheetId(sheet);
    const [row, col, height, width] = from;
    const start = { sheet: id, row, col };
    const end = { sheet: id, row: row + height - 1, col: col + width - 1 };
    engine.moveCells({ start, end }, { sheet: id, row: to[0], col: to[1] });
  }
  const values = engine.getAllSheetsValues();
  return Object.fromEntries(Object.entries(values).map(([name, rows]) => [name, rows.map((row) => row.map(plain))]));
});
process.stdout.write(JSON.stringify(results));
