extension [UInt8] {
  /// The little-endian bytes of a whole number. In this module, because it is called for every number of a file.
  @inline(__always)
  mutating func append<Value: FixedWidthInteger>(little value: Value) {
    for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> Value(shift)))
    }
  }
}
