/// Takes `multipart/form-data` (RFC 7578) apart while it arrives. Holds no more than the head of a part
/// or a boundary that may be beginning; what parts contain is passed on.
struct MultipartParser {
  enum Event: Equatable {
    /// A part begins; `file` is the name that it has as a file.
    case part(name: String, file: String?)
    case data(ArraySlice<UInt8>)
    case partEnd
  }

  private enum State { case preamble, delimiterEnd, headers, data, epilogue }

  private static let headerLimit = 8 << 10
  /// White space after a boundary.
  private static let paddingLimit = 128
  private static let partLimit = 256
  private let delimiter: [UInt8]
  private var state = State.preamble
  // The first boundary needs no line break before it; this is one.
  private var held: [UInt8] = Array("\r\n".utf8)
  private var parts = 0

  /// Nil where the content type is no form with a usable boundary.
  init?(contentType: String) {
    let pieces = contentType.split(separator: ";").map { $0.trimmingSpaces }
    guard let first = pieces.first, first.lowercased() == "multipart/form-data" else { return nil }
    let prefix = "boundary="
    guard let piece = pieces.first(where: { $0.lowercased().hasPrefix(prefix) }) else { return nil }
    let boundary = piece.dropFirst(prefix.count).filter { $0 != "\"" }
    guard (1...70).contains(boundary.utf8.count) else { return nil }
    delimiter = Array("\r\n--\(boundary)".utf8)
  }

  /// Takes the next bytes. Throws `BodyProblem.malformed`, or what `take` throws.
  mutating func feed(
    _ bytes: [UInt8], _ take: (Event) throws -> Void
  ) throws {
    held += bytes
    var at = 0
    while try step(&at, take) {}
    held.removeFirst(at)
  }

  /// Throws where the body ended before its last boundary.
  func finish() throws(BodyProblem) {
    guard state == .epilogue else { throw .malformed("the form ends before its last boundary") }
  }

  /// Goes on by one piece; false where more bytes are wanted.
  private mutating func step(_ at: inout Int, _ take: (Event) throws -> Void) throws -> Bool {
    switch state {
    case .preamble, .data:
      let found = held.firstRange(of: delimiter, from: at)
      let end = found ?? max(at, held.count - delimiter.count + 1)
      if state == .data && end > at { try take(.data(held[at..<end])) }
      at = end
      guard found != nil else { return false }
      if state == .data { try take(.partEnd) }
      at += delimiter.count
      state = .delimiterEnd
      return true
    case .delimiterEnd:
      guard held.count - at >= 2 else { return false }
      if held[at] == UInt8(ascii: "-") && held[at + 1] == UInt8(ascii: "-") {
        state = .epilogue
        return true
      }
      let line = held.firstRange(of: Array("\r\n".utf8), from: at)
      // However much came at once.
      guard (line ?? held.count) - at < Self.paddingLimit else {
        throw BodyProblem.malformed("a boundary of the form is not followed by a line break")
      }
      guard let line else { return false }
      guard held[at..<line].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else {
        throw BodyProblem.malformed("a boundary of the form is followed by other characters")
      }
      // The break stays: headers end with an empty line, and there may be none.
      at = line
      state = .headers
      return true
    case .headers:
      let end = held.firstRange(of: Array("\r\n\r\n".utf8), from: at)
      guard (end ?? held.count) - at <= Self.headerLimit else {
        throw BodyProblem.malformed("a part of the form has a head of over 8 KiB")
      }
      guard let end else { return false }
      parts += 1
      guard parts <= Self.partLimit else {
        throw BodyProblem.malformed("the form has over \(Self.partLimit) parts")
      }
      let head = end > at ? Array(held[at + 2..<end]) : []
      try take(Self.part(head))
      at = end + 4
      state = .data
      return true
    case .epilogue:
      at = held.count
      return false
    }
  }

  private static func part(_ head: [UInt8]) throws -> Event {
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let prefix = "content-disposition:"
    guard let line = lines.first(where: { $0.lowercased().hasPrefix(prefix) }) else {
      throw BodyProblem.malformed("a part of the form has no Content-Disposition")
    }
    let values = parameters(String(line.dropFirst(prefix.count)))
    guard let name = values["name"] else {
      throw BodyProblem.malformed("a part of the form has no name")
    }
    return .part(name: name, file: values["filename"])
  }

  /// `form-data; name="file"; filename="a \"b\".glb"`
  private static func parameters(_ text: String) -> [String: String] {
    var values: [String: String] = [:]
    var name = ""
    var value: String?
    var (isQuoted, isEscaped) = (false, false)
    func store() {
      let key = name.trimmingSpaces.lowercased()
      if let value, values[key] == nil { values[key] = value }
    }
    for character in text {
      if isQuoted {
        if isEscaped || (character != "\\" && character != "\"") {
          // Browsers escape quotes only, and leave backslashes of Windows paths alone.
          if isEscaped && character != "\"" && character != "\\" { value?.append("\\") }
          value?.append(character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else {
          isQuoted = false
        }
      } else if character == ";" {
        store()
        (name, value) = ("", nil)
      } else if character == "=" && value == nil {
        value = ""
      } else if character == "\"" && value?.trimmingSpaces == "" {
        value = ""
        isQuoted = true
      } else if value != nil {
        value?.append(character)
      } else {
        name.append(character)
      }
    }
    store()
    return values
  }
}

extension [UInt8] {
  /// Where `pattern` first stands at or after `start`.
  func firstRange(of pattern: [UInt8], from start: Int) -> Int? {
    var at = start
    while count - at >= pattern.count {
      guard let first = self[at...(count - pattern.count)].firstIndex(of: pattern[0]) else {
        return nil
      }
      if self[first..<first + pattern.count].elementsEqual(pattern) { return first }
      at = first + 1
    }
    return nil
  }
}

extension StringProtocol {
  var trimmingSpaces: String {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    let text = drop(while: isSpace)
    guard let last = text.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(text[...last])
  }
}
