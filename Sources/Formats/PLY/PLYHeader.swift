/// The header of a PLY file: its encoding, and what each element consists of.
struct PLYHeader {
  enum Encoding { case text, little, big }

  enum Scalar {
    case int8, uint8, int16, uint16, int32, uint32, float, double

    init?(_ name: String) {
      switch name {
      case "char", "int8": self = .int8
      case "uchar", "uint8": self = .uint8
      case "short", "int16": self = .int16
      case "ushort", "uint16": self = .uint16
      case "int", "int32": self = .int32
      case "uint", "uint32": self = .uint32
      case "float", "float32": self = .float
      case "double", "float64": self = .double
      default: return nil
      }
    }

    var size: Int {
      switch self {
      case .int8, .uint8: 1
      case .int16, .uint16: 2
      case .int32, .uint32, .float: 4
      case .double: 8
      }
    }

    /// What a colour of this type is divided by to reach 0...1.
    var colorScale: Float {
      switch self {
      case .uint8: 255
      case .uint16: 65_535
      default: 1
      }
    }
  }

  struct Property {
    let name: String
    let type: Scalar
    /// The type of the length, for lists.
    let listCount: Scalar?
  }

  struct Element {
    let name: String
    let count: Int
    var properties: [Property] = []

    func index(_ names: String...) -> Int? {
      properties.firstIndex { names.contains($0.name) && $0.listCount == nil }
    }

    func list(_ names: String...) -> Int? {
      properties.firstIndex { names.contains($0.name) && $0.listCount != nil }
    }

    /// The least bytes that one entry takes in a binary file.
    var minimumSize: Int { properties.reduce(0) { $0 + ($1.listCount ?? $1.type).size } }
  }

  let encoding: Encoding
  let elements: [Element]
  /// Where the data begins.
  let end: Int

  init(_ file: [UInt8]) throws(FormatError) {
    guard file.starts(with: Array("ply".utf8)) else {
      throw FormatError("bad-header", "the file does not begin with \"ply\"")
    }
    var scanner = TextScanner(file)
    var encoding: Encoding?
    var elements: [Element] = []
    while let words = scanner.nextLine() {
      let place = "line \(scanner.line)"
      let text = words.map { scanner.text($0) }
      switch text.first {
      case "format":
        switch text.dropFirst().first {
        case "ascii": encoding = .text
        case "binary_little_endian": encoding = .little
        case "binary_big_endian": encoding = .big
        case let other:
          throw FormatError("bad-header", "\"\(other ?? "")\" is no PLY format", at: place)
        }
      case "element":
        guard text.count == 3, let count = Int(text[2]), count >= 0 else {
          throw FormatError(
            "bad-header", "\"\(text.joined(separator: " ").prefix(60))\" declares no count",
            at: place)
        }
        elements.append(Element(name: text[1], count: count))
      case "property":
        guard !elements.isEmpty else {
          throw FormatError("bad-header", "a property before any element", at: place)
        }
        elements[elements.count - 1].properties.append(try Self.property(text, at: place))
      case "end_header":
        guard let encoding else {
          throw FormatError("bad-header", "the header names no format", at: place)
        }
        self.encoding = encoding
        self.elements = elements
        end = scanner.offset
        return
      default: continue
      }
      if scanner.line > 10_000 { break }
    }
    throw FormatError("bad-header", "the header has no \"end_header\"")
  }

  private static func property(_ text: [String], at place: String) throws(FormatError) -> Property {
    if text.count == 5, text[1] == "list", let count = Scalar(text[2]), let type = Scalar(text[3]) {
      return Property(name: text[4], type: type, listCount: count)
    }
    guard text.count == 3, let type = Scalar(text[1]) else {
      throw FormatError(
        "bad-header", "\"\(text.joined(separator: " ").prefix(60))\" is no property", at: place)
    }
    return Property(name: text[2], type: type, listCount: nil)
  }
}
