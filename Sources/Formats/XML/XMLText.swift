/// Text that grows by rows of pieces that are known beforehand and of numbers.
struct XMLText {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  static func piece(_ text: String) -> [UInt8] { Array(text.utf8) }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends `count` rows, each of at most `length` bytes, a block of them at a time.
  mutating func append(
    rows count: Int, upTo length: Int, _ row: (Int, inout OutputSpan<UInt8>) -> Void
  ) {
    for first in stride(from: 0, to: count, by: 1024) {
      let last = min(first + 1024, count)
      bytes += [UInt8](capacity: (last - first) * length) { block in
        for index in first..<last { row(index, &block) }
      }
    }
  }
}

extension OutputSpan<UInt8> {
  @inline(__always) mutating func append(_ piece: [UInt8]) {
    let bytes = piece.span
    for index in bytes.indices { append(bytes[index]) }
  }

  /// The fewest digits that read back as the same float.
  @inline(__always) mutating func append(_ number: Float) {
    let magnitude = Double(number.magnitude)
    guard magnitude >= 1e-3, magnitude < 1e5 else { return appendRare(number) }
    if number < 0 { append(UInt8(ascii: "-")) }
    // Six to nine digits tell a float from its neighbours; the fewest that do are wanted.
    var (scale, decimals) = (1e8, 8)
    var bound = 1e-2
    while magnitude >= bound {
      scale /= 10
      decimals -= 1
      bound *= 10
    }
    var digits = (magnitude * scale).rounded()
    while Float(digits / scale) != number.magnitude {
      scale *= 10
      decimals += 1
      digits = (magnitude * scale).rounded()
    }
    append(UInt64(digits), decimals: decimals)
  }

  /// A decimal fraction without the zeros at its end.
  private mutating func append(_ number: UInt64, decimals: Int) {
    var (rest, places) = (number, decimals)
    while places > 0, rest % 10 == 0 {
      rest /= 10
      places -= 1
    }
    var digits = InlineArray<20, UInt8>(repeating: 0x30)
    var count = 0
    while rest > 0 || count <= places {
      digits[count] = 0x30 + UInt8(rest % 10)
      rest /= 10
      count += 1
    }
    while count > 0 {
      count -= 1
      append(digits[count])
      if count == places, places > 0 { append(UInt8(ascii: ".")) }
    }
  }

  @inline(never) private mutating func appendRare(_ number: Float) {
    let text = number == 0 ? (number.sign == .minus ? "-0" : "0") : number.description
    for byte in text.utf8 { append(byte) }
  }

  @inline(__always) mutating func append(_ number: UInt32) { append(UInt64(number), decimals: 0) }
}
