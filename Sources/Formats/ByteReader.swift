/// A checked cursor over the bytes of a file.
struct ByteReader {
  let bytes: [UInt8]
  var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var remaining: Int { bytes.count - offset }

  mutating func uint32(_ what: String) throws(FormatError) -> UInt32 {
    guard remaining >= 4 else {
      throw FormatError("truncated", "the file ends inside \(what)", at: "byte \(offset)")
    }
    let value = bytes.loadUInt32(at: offset)
    offset += 4
    return value
  }

  mutating func take(_ count: Int, _ what: String) throws(FormatError) -> ArraySlice<UInt8> {
    guard count <= remaining else {
      throw FormatError(
        "truncated", "\(what) takes \(count) bytes but \(remaining) are left", at: "byte \(offset)")
    }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }
}

extension [UInt8] {
  // One load each where four of single bytes cost a reader half its time; the range is checked.

  /// Four little-endian bytes.
  @inline(__always) func loadUInt32(at offset: Int) -> UInt32 {
    UInt32(
      littleEndian: unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Two little-endian bytes.
  @inline(__always) func loadUInt16(at offset: Int) -> UInt16 {
    UInt16(
      littleEndian: unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  @inline(__always) func loadFloat(at offset: Int) -> Float {
    Float(bitPattern: loadUInt32(at: offset))
  }

  mutating func append(little value: UInt32) {
    for shift in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
  }

  mutating func append(little value: Float) { append(little: value.bitPattern) }

  mutating func append(_ vector: SIMD3<Float>) {
    for axis in 0..<3 { append(little: vector[axis]) }
  }
}
