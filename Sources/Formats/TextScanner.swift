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

  /// Goes on behind a line that was read without `nextLine`; `end` is where its end stands.
  mutating func skipLine(endingAt end: Int) {
    line += 1
    offset = end
    if offset < bytes.count { skipLineEnd() }
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

  /// A decimal number; nil where the word is anything else.
  func float(_ word: Range<Int>) -> Float? { bytes.decimalFloat(word) }

  func int(_ word: Range<Int>) -> Int? { Int(text(word)) }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0B || byte == 0x0C
  }
}
