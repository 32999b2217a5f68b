/// Names of elements and attributes as numbers, so that a tag is known by one comparison; and escaping.
enum XMLName {
  /// FNV-1a, 64 bits: the few names of 3MF do not collide.
  static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always) static func extended(_ key: UInt64, _ byte: UInt8) -> UInt64 {
    (key ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  static func key(_ name: String) -> UInt64 { name.utf8.reduce(seed, extended) }

  /// Replaces the five named entities and character references; others stay as they are.
  static func unescaped(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      rest = rest[start...]
      // No name is longer, and looking further each time would take the square of the length.
      guard let end = rest.prefix(12).firstIndex(of: ";"),
        let character = character(rest[..<end].dropFirst())
      else {
        result += "&"
        rest = rest.dropFirst()
        continue
      }
      result.unicodeScalars.append(character)
      rest = rest[end...].dropFirst()
    }
    return result + rest
  }

  private static func character(_ name: Substring) -> Unicode.Scalar? {
    switch name {
    case "lt": "<"
    case "gt": ">"
    case "amp": "&"
    case "quot": "\""
    case "apos": "'"
    default:
      if name.hasPrefix("#x") {
        UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
      } else if name.hasPrefix("#") {
        UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
      } else {
        nil
      }
    }
  }
}
