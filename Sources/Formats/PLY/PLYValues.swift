/// Entry after entry of a PLY body, whatever its encoding.
struct PLYValues {
  /// The values of one entry: scalars by property, and lists where there are some.
  struct Entry {
    var scalars: [Float]
    var lists: [Int: [Double]] = [:]
  }

  private let bytes: [UInt8]
  private let encoding: PLYHeader.Encoding
  private var offset: Int
  private var scanner: TextScanner
  private var words: ArraySlice<Range<Int>> = []

  init(_ bytes: [UInt8], from offset: Int, encoding: PLYHeader.Encoding) {
    self.bytes = bytes
    self.encoding = encoding
    self.offset = offset
    scanner = TextScanner(bytes, from: offset)
  }

  var remaining: Int { bytes.count - (encoding == .text ? scanner.offset : offset) }

  mutating func entry(_ element: PLYHeader.Element, _ index: Int) throws(FormatError) -> Entry {
    words = []  // in text every entry has a line of its own, whatever else stands there
    var entry = Entry(scalars: Array(repeating: 0, count: element.properties.count))
    for (number, property) in element.properties.enumerated() {
      if let countType = property.listCount {
        let count = try value(countType, element, index)
        guard count >= 0, count <= Double(remaining + words.count) else {
          throw FormatError(
            "truncated", "a list of \(count) values does not fit", at: "\(element.name) \(index)")
        }
        var list: [Double] = []
        for _ in 0..<Int(count) { list.append(try value(property.type, element, index)) }
        entry.lists[number] = list
      } else {
        entry.scalars[number] = Float(try value(property.type, element, index))
      }
    }
    return entry
  }

  private mutating func value(
    _ type: PLYHeader.Scalar, _ element: PLYHeader.Element, _ index: Int
  ) throws(FormatError) -> Double {
    encoding == .text ? try word(element, index) : try binary(type, element, index)
  }

  private mutating func word(
    _ element: PLYHeader.Element, _ index: Int
  ) throws(FormatError) -> Double {
    while words.isEmpty {
      guard let line = scanner.nextLine() else {
        throw FormatError("truncated", "the file ends here", at: "\(element.name) \(index)")
      }
      words = line[...]
    }
    let word = words.removeFirst()
    let number = scanner.float(word).map(Double.init)
    guard let number, number.isFinite else {
      throw FormatError(
        "bad-number", "\"\(scanner.text(word).prefix(20))\" is no finite number",
        at: "\(element.name) \(index)")
    }
    // Large whole numbers do not survive a float.
    if abs(number) >= 16_777_216, let whole = scanner.int(word) { return Double(whole) }
    return number
  }

  private mutating func binary(
    _ type: PLYHeader.Scalar, _ element: PLYHeader.Element, _ index: Int
  ) throws(FormatError) -> Double {
    guard remaining >= type.size else {
      throw FormatError("truncated", "the file ends here", at: "\(element.name) \(index)")
    }
    var bits: UInt64 = 0
    for byte in 0..<type.size {
      let at = encoding == .big ? offset + byte : offset + type.size - 1 - byte
      bits = bits << 8 | UInt64(bytes[at])
    }
    offset += type.size
    return switch type {
    case .int8: Double(Int8(truncatingIfNeeded: bits))
    case .uint8, .uint16, .uint32: Double(bits)
    case .int16: Double(Int16(truncatingIfNeeded: bits))
    case .int32: Double(Int32(truncatingIfNeeded: bits))
    case .float: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .double: Double(bitPattern: bits)
    }
  }
}
