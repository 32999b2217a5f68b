import Foundation

extension [UInt8] {
  /// A decimal number such as `-1.25e-3`; nil where the word is anything else. `nan` and `inf` are
  /// read as such, for the mesh to refuse.
  func decimalFloat(_ word: Range<Int>) -> Float? {
    // The common form, digits with a point, is read here; 15 digits are exact in a double.
    var at = word.lowerBound
    var negative = false
    if at < word.upperBound, self[at] == UInt8(ascii: "-") || self[at] == UInt8(ascii: "+") {
      negative = self[at] == UInt8(ascii: "-")
      at += 1
    }
    var mantissa: UInt64 = 0
    var digits = 0
    var scale = 0
    var seenPoint = false
    while at < word.upperBound {
      let byte = self[at]
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
      let value = Double(mantissa) / powersOfTen[scale]
      return Float(negative ? -value : value)
    }
    return Float(String(decoding: self[word], as: UTF8.self))
  }

  /// A whole number below 2^31 without a sign; nil where the word is anything else.
  func decimalIndex(_ word: Range<Int>) -> UInt32? {
    guard !word.isEmpty, word.count <= 10 else { return nil }
    var value: UInt64 = 0
    for at in word {
      guard self[at] >= 0x30, self[at] <= 0x39 else { return nil }
      value = value &* 10 &+ UInt64(self[at] &- 0x30)
    }
    return value < 1 << 31 ? UInt32(value) : nil
  }

  /// The words between blanks in a range.
  func words(_ range: Range<Int>) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start = range.lowerBound
    for at in range
    where self[at] == 0x20 || self[at] == 0x09 || self[at] == 0x0A || self[at] == 0x0D {
      if at > start { words.append(start..<at) }
      start = at + 1
    }
    if range.upperBound > start { words.append(start..<range.upperBound) }
    return words
  }
}

private let powersOfTen: [Double] = (0...15).map { pow(10, Double($0)) }
