import Foundation
import Settings

/// Comma-separated values (RFC 4180).
enum CSVTable {
  /// The cells of each row; rows that hold nothing are left out.
  static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var cell = ""
    var isQuoted = false
    func endRow() {
      row.append(cell)
      if row != [""] { rows.append(row.map { $0.trimmingCharacters(in: .whitespaces) }) }
      (row, cell) = ([], "")
    }
    var rest = text[...]
    while let character = rest.popFirst() {
      if isQuoted {
        if character != "\"" {
          cell.append(character)
        } else if rest.first == "\"" {
          cell.append(rest.removeFirst())
        } else {
          isQuoted = false
        }
        continue
      }
      switch character {
      case "\"": isQuoted = true
      case ",":
        row.append(cell)
        cell = ""
      case "\n", "\r\n": endRow()
      case "\u{FEFF}": break
      default: cell.append(character)
      }
    }
    endRow()
    return rows
  }

  /// A cell as the value an option wants: numbers, true and false, lists with semicolons or commas between.
  static func value(_ text: String, _ schema: JSONValue?) -> JSONValue {
    switch schema?["type"]?.string {
    case "integer", "number":
      Int(text).map { .integer($0) } ?? Double(text).map { .number($0) } ?? .string(text)
    case "boolean": Bool(text.lowercased()).map { .bool($0) } ?? .string(text)
    case "array":
      .array(
        text.split(whereSeparator: { ",; ".contains($0) }).map {
          value(String($0), schema?["items"])
        })
    default: .string(text)
    }
  }
}
