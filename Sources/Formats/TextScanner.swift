import Foundation

/// Splits text into lines and words without copying, and reads numbers; for OBJ, MTL, PLY and STL.
struct TextScanner {
  let bytes: [UInt8]
  private(set) var offset = 0
  /// The number of the line that `nextLine` gave last, from 1.
  private(set) var line = 0

  init(_ bytes: [UInt8], from offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  var isAtEnd: Bool { offset >= bytes.count }

  /// The words of the next line, or nil at the end. A line may end in LF, CR or CR LF; a backslash
  /// before the end continues it where `continues` is set.
  mutating func nextLine(continues: Bool = false) -> [Range<Int>]? {
    guard !isAtEnd else { return nil }
    line += 1
    var words: [Range<Int>] = []
    while true {
      while offset < bytes.count, Self.isBlank(bytes[offset]) { offset += 1 }
      if offset >= bytes.count { return words }
      let byte = bytes[offset]
      if byte == 0x0A || byte == 0x0D {
        skipLineEnd()
        return words
      }
      let start = offset
      while offset < bytes.count, !Self.isBlank(bytes[offset]), bytes[offset] != 0x0A,
        bytes[offset] != 0x0D
      { offset += 1 }
      if continues, offset - start == 1, byte == UInt8(ascii: "\\"), offset < bytes.count,
        bytes[offset] == 0x0A || bytes[offset] == 0x0D
      {
        skipLineEnd()
        line += 1
      } else {
        words.append(start..<offset)
      }
    }
  }

  private mutating func skipLineEnd() {
    if bytes[offset] == 0x0D, offset + 1 < bytes.count, bytes[offset + 1] == 0x0A { offset += 1 }
    offset += 1
  }

  func text(_ word: Range<Int>) -> String { String(decoding: bytes[word], as: UTF8.self) }

  /// Everything from the start of one word to the end of another, inner blanks kept.
  func text(from first: Range<Int>, through last: Range<Int>) -> String {
    text(first.lowerBound..<last.upperBound)
  }

  func word(_ word: Range<Int>, is text: StaticString) -> Bool {
    text.description.utf8.elementsEqual(bytes[word])
  }

  /// A decimal number such as `-1.25e-3`; nil where the word is anything else. `nan` and `inf` are
  /// read as such, for the mesh to refuse.
  func float(_ word: Range<Int>) -> Float? {
    // The common form, digits with a point, is read here; 15 digits are exact in a double.
    var at = word.lowerBound
    var negative = false
    if at < word.upperBound, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
      negative = bytes[at] == UInt8(ascii: "-")
      at += 1
    }
    var mantissa: UInt64 = 0
    var digits = 0
    var scale = 0
    var seenPoint = false
    while at < word.upperBound {
      let byte = bytes[at]
      if byte >= 0x30, byte <= 0x39 {
        mantissa = mantissa &* 10 &+ UInt64(byte - 0x30)
        digits += 1
        if seenPoint { scale += 1 }
      } else if byte == UInt8(ascii: "."), !seenPoint {
        seenPoint = true
      } else {
        break
      }
      at += 1
    }
    if at == word.upperBound, digits > 0, digits <= 15 {
      let value = Double(mantissa) / Self.powersOfTen[scale]
      return Float(negative ? -value : value)
    }
    return Float(text(word))
  }

  func int(_ word: Range<Int>) -> Int? { Int(text(word)) }

  private static let powersOfTen: [Double] = (0...15).map { pow(10, Double($0)) }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0B || byte == 0x0C
  }
}
