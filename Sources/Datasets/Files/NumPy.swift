/// NumPy's own files (format 1.0): little-endian, C order.
enum NumPy {
  static func file(_ numbers: [Double], shape: [Int]) -> [UInt8] {
    var bytes = header("<f8", shape)
    for number in numbers { bytes.append(little: number.bitPattern) }
    return bytes
  }

  static func file(_ numbers: [Float], shape: [Int]) -> [UInt8] {
    var bytes = header("<f4", shape)
    bytes.reserveCapacity(bytes.count + 4 * numbers.count)
    for number in numbers { bytes.append(little: number.bitPattern) }
    return bytes
  }

  private static func header(_ type: String, _ shape: [Int]) -> [UInt8] {
    let sizes = shape.map { "\($0), " }.joined()
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // The data begins at a multiple of 64.
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes.append(little: UInt16(text.utf8.count))
    return bytes + Array(text.utf8)
  }
}
