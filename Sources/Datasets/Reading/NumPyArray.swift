import Foundation

/// An array of a NumPy file (formats 1 to 3), in C order, as doubles.
struct NumPyArray {
  let shape: [Int]
  let values: [Double]
  private let isWhole: Bool
  private let largest: Int

  init(_ file: [UInt8], _ name: String) throws(ReadingError) {
    func fail(_ message: String) -> ReadingError {
      ReadingError("the array cannot be read: \(message)", name)
    }
    guard file.count > 12, file.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
      throw fail("it is no NumPy file")
    }
    let wide = file[6] > 1
    let length = (0..<(wide ? 4 : 2)).reduce(0) { $0 | Int(file[8 + $1]) << (8 * $1) }
    let start = (wide ? 12 : 10) + length
    guard start <= file.count else { throw fail("it ends too early") }
    let header = String(decoding: file[(wide ? 12 : 10)..<start], as: UTF8.self)
    func field(_ key: String) -> Substring? {
      guard let range = header.range(of: "'\(key)':") else { return nil }
      return header[range.upperBound...].drop { $0 == " " }
    }
    guard let type = field("descr")?.split(separator: "'").first,
      let order = field("fortran_order"), order.hasPrefix("False"),
      let sizes = field("shape")?.dropFirst().prefix(while: { $0 != ")" })
    else { throw fail("its header is not understood, or it is in Fortran order") }
    shape = sizes.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { throw fail("its shape makes no sense") }
      count = product
    }
    let bytes = file[start...]
    func numbers(_ size: Int, _ value: (UInt64) -> Double) throws(ReadingError) -> [Double] {
      guard bytes.count / size >= count else { throw fail("it ends too early") }
      return (0..<count).map { index in
        var bits: UInt64 = 0
        for byte in 0..<size {
          bits |= UInt64(bytes[start + index * size + byte]) << (8 * UInt64(byte))
        }
        return value(bits)
      }
    }
    switch type {
    case "<f8": values = try numbers(8) { Double(bitPattern: $0) }
    case "<f4": values = try numbers(4) { Double(Float(bitPattern: UInt32($0))) }
    case "<f2": values = try numbers(2) { Double(Float(Float16(bitPattern: UInt16($0)))) }
    case "|u1", "|b1": values = try numbers(1) { Double($0) }
    case "<u2": values = try numbers(2) { Double($0) }
    case "<i4": values = try numbers(4) { Double(Int32(truncatingIfNeeded: $0)) }
    case "<i8": values = try numbers(8) { Double(Int64(bitPattern: $0)) }
    default: throw fail("elements of type \(type) are not read")
    }
    isWhole = !type.contains("f")
    largest = type == "<u2" ? 65_535 : 255
  }

  /// As a picture: rows, columns, and channels where there are three dimensions.
  var picture: PictureNumbers {
    PictureNumbers(
      channels: shape.count > 2 ? shape[2] : 1, values: values.map { Float($0) }, isWhole: isWhole,
      largest: largest)
  }
}
