/// Walks over XML tag by tag without copying; for the parts of a 3MF package.
///
/// A scanner of our own, because a 3MF file is one tag for each vertex and triangle and a general parser
/// takes longer over them than the whole file may. It reads what 3MF allows: elements, attributes,
/// comments, CDATA, the five named entities and character references. Document types are refused, so
/// there are no entities to expand or to fetch.
struct XMLScanner {
  enum Event { case open, close, end }

  struct Attribute {
    /// The name without its prefix, as `XMLName.key` gives it.
    let key: UInt64
    let prefix: Range<Int>
    let value: Range<Int>
  }

  let bytes: [UInt8]
  private var offset = 0
  /// Full names of the elements that are open.
  private var elements: [Range<Int>] = []
  private var isEmptyElement = false
  private var hasSeenRoot = false

  /// The element that `next` opened or closed: its name without prefix, its prefix, its attributes.
  private(set) var key: UInt64 = 0
  private(set) var prefix = 0..<0
  private(set) var attributes: [Attribute] = []
  /// How many elements are open, this one among them.
  var depth: Int { elements.count }

  init(_ file: [UInt8]) {
    switch (file.first, file.dropFirst().first) {
    case (0xFE, 0xFF): bytes = Self.utf8(fromUTF16: file, isBigEndian: true)
    case (0xFF, 0xFE): bytes = Self.utf8(fromUTF16: file, isBigEndian: false)
    default: bytes = file
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
  }

  private static func utf8(fromUTF16 file: [UInt8], isBigEndian: Bool) -> [UInt8] {
    let units = stride(from: 2, to: file.count - 1, by: 2).map { at in
      let unit = file.loadUInt16(at: at)
      return isBigEndian ? unit.byteSwapped : unit
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// Goes on to the next tag. An empty element opens and closes.
  mutating func next() throws(FormatError) -> Event {
    if isEmptyElement {
      isEmptyElement = false
      elements.removeLast()
      return .close
    }
    while try skipToTag() {
      guard offset + 1 < bytes.count else { break }
      switch bytes[offset + 1] {
      case UInt8(ascii: "!"): try skipDeclaration()
      case UInt8(ascii: "?"): try skip(past: "?>", "a processing instruction")
      case UInt8(ascii: "/"):
        try closeTag()
        return .close
      default:
        try openTag()
        return .open
      }
    }
    guard elements.isEmpty, hasSeenRoot else {
      throw error("the text ends before its last element does")
    }
    return .end
  }

  /// Three values of an empty element that is written as most files write their rows, with these
  /// attributes, in this order and no other; nil, and nothing is read, where the next tag is another.
  ///
  /// - Parameter pieces: what stands before each value, as `<vertex x="`, ` y="`, ` z="`.
  @inline(__always)
  mutating func row(_ pieces: RowPieces) -> (Range<Int>, Range<Int>, Range<Int>)? {
    guard !isEmptyElement, let row = Self.row(bytes.span, offset, pieces) else { return nil }
    offset = row.end
    return row.values
  }

  private static func row(
    _ text: Span<UInt8>, _ start: Int, _ pieces: RowPieces
  ) -> (values: (Range<Int>, Range<Int>, Range<Int>), end: Int)? {
    var at = start
    while at < text.count, isBlank(text[at]) { at += 1 }
    guard let first = value(text, after: pieces.first, &at),
      let second = value(text, after: pieces.second, &at),
      let third = value(text, after: pieces.third, &at)
    else { return nil }
    if at < text.count, text[at] == 0x20 { at += 1 }
    guard at + 1 < text.count, text[at] == UInt8(ascii: "/"), text[at + 1] == UInt8(ascii: ">")
    else { return nil }
    return ((first, second, third), at + 2)
  }

  struct RowPieces {
    let first, second, third: [UInt8]

    init(_ element: String, _ names: (String, String, String)) {
      first = Array("<\(element) \(names.0)=\"".utf8)
      second = Array(" \(names.1)=\"".utf8)
      third = Array(" \(names.2)=\"".utf8)
    }
  }

  /// The range up to the next quote, after a piece that must stand here.
  @inline(__always)
  private static func value(
    _ text: Span<UInt8>, after piece: [UInt8], _ at: inout Int
  ) -> Range<Int>? {
    let wanted = piece.span
    guard at + wanted.count < text.count else { return nil }
    for index in wanted.indices where text[at + index] != wanted[index] { return nil }
    at += wanted.count
    let start = at
    while at < text.count, text[at] != 0x22 {
      guard text[at] != UInt8(ascii: "<") else { return nil }
      at += 1
    }
    guard at < text.count else { return nil }
    at += 1
    return start..<at - 1
  }

  /// Leaves the element that was opened last, with everything in it.
  mutating func skipElement() throws(FormatError) {
    let outside = depth - 1
    while depth > outside, try next() != .end {}
  }

  /// The unprefixed attribute of that name.
  func value(_ key: UInt64) -> Range<Int>? {
    for attribute in attributes where attribute.key == key && attribute.prefix.isEmpty {
      return attribute.value
    }
    return nil
  }

  /// The characters of a range, entities replaced.
  func string(_ range: Range<Int>) -> String {
    guard bytes[range].contains(UInt8(ascii: "&")) else {
      return String(decoding: bytes[range], as: UTF8.self)
    }
    return XMLName.unescaped(String(decoding: bytes[range], as: UTF8.self))
  }

  func error(_ message: String) -> FormatError {
    let line = bytes[..<min(offset, bytes.count)].reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
    return FormatError("bad-xml", message, at: "line \(line)")
  }
}

// MARK: - Tags

extension XMLScanner {
  /// To the next `<`; false at the end.
  private mutating func skipToTag() throws(FormatError) -> Bool {
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "<") {
      if elements.isEmpty, !Self.isBlank(bytes[offset]) {
        throw error("there is text outside the root element")
      }
      offset += 1
    }
    return offset < bytes.count
  }

  private mutating func skipDeclaration() throws(FormatError) {
    if has("<!--") { return try skip(past: "-->", "a comment") }
    if has("<![CDATA[") { return try skip(past: "]]>", "a CDATA section") }
    throw error("document types are not allowed in 3MF")
  }

  private func has(_ text: String) -> Bool { bytes[offset...].starts(with: text.utf8) }

  private mutating func skip(past end: String, _ what: String) throws(FormatError) {
    let last = Array(end.utf8)
    while offset + last.count <= bytes.count {
      if bytes[offset..<offset + last.count].elementsEqual(last) {
        offset += last.count
        return
      }
      offset += 1
    }
    throw error("the text ends inside \(what)")
  }

  private mutating func closeTag() throws(FormatError) {
    offset += 2
    let start = offset
    while offset < bytes.count, !Self.endsName(bytes[offset]) { offset += 1 }
    guard let open = elements.popLast(), bytes[open].elementsEqual(bytes[start..<offset]) else {
      throw error("an element is closed that is not open")
    }
    skipBlanks()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: ">") else {
      throw error("a closing tag does not end")
    }
    offset += 1
  }

  private mutating func openTag() throws(FormatError) {
    guard !elements.isEmpty || !hasSeenRoot else { throw error("there is a second root element") }
    hasSeenRoot = true
    offset += 1
    let start = offset
    (key, prefix) = try name()
    elements.append(start..<offset)
    guard elements.count <= 100 else { throw error("elements are nested more than 100 deep") }
    attributes.removeAll(keepingCapacity: true)
    while true {
      skipBlanks()
      guard offset < bytes.count else { throw error("the text ends inside a tag") }
      if bytes[offset] == UInt8(ascii: ">") {
        offset += 1
        return
      }
      if bytes[offset] == UInt8(ascii: "/") {
        guard offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: ">") else {
          throw error("a tag does not end")
        }
        offset += 2
        isEmptyElement = true
        return
      }
      let (key, prefix) = try name()
      guard attributes.count < 100 else { throw error("a tag has more than 100 attributes") }
      attributes.append(Attribute(key: key, prefix: prefix, value: try quoted()))
    }
  }

  /// A name's key without its prefix, and the prefix.
  private mutating func name() throws(FormatError) -> (key: UInt64, prefix: Range<Int>) {
    let start = offset
    var prefix = start..<start
    var key = XMLName.seed
    while offset < bytes.count, !Self.endsName(bytes[offset]) {
      if bytes[offset] == UInt8(ascii: ":") {
        prefix = start..<offset
        key = XMLName.seed
      } else {
        key = XMLName.extended(key, bytes[offset])
      }
      offset += 1
    }
    guard offset > start else { throw error("a name is missing in a tag") }
    return (key, prefix)
  }

  private mutating func quoted() throws(FormatError) -> Range<Int> {
    skipBlanks()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "=") else {
      throw error("an attribute has no value")
    }
    offset += 1
    skipBlanks()
    guard offset < bytes.count, bytes[offset] == 0x22 || bytes[offset] == 0x27 else {
      throw error("an attribute's value is not in quotes")
    }
    let quote = bytes[offset]
    offset += 1
    let start = offset
    while offset < bytes.count, bytes[offset] != quote {
      guard bytes[offset] != UInt8(ascii: "<") else {
        throw error("an attribute's quotes are open")
      }
      offset += 1
    }
    guard offset < bytes.count else { throw error("the text ends inside a tag") }
    offset += 1
    return start..<offset - 1
  }

  private mutating func skipBlanks() {
    while offset < bytes.count, Self.isBlank(bytes[offset]) { offset += 1 }
  }

  @inline(__always) private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  @inline(__always) private static func endsName(_ byte: UInt8) -> Bool {
    isBlank(byte) || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "/")
      || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "<")
  }
}
