import Settings

/// A JSON value of a glTF document together with its place, such as `accessors[3].sparse`, so that
/// every complaint can name it.
struct GLTFElement {
  let value: JSONValue
  let path: String

  subscript(key: String) -> GLTFElement? {
    guard let member = value[key], member != .null else { return nil }
    return GLTFElement(value: member, path: path.isEmpty ? key : "\(path).\(key)")
  }

  /// What an object has, in its order and with its places; without what is null. Asking for each by name would take
  /// time in the square of their number.
  var members: [(name: String, element: GLTFElement)] {
    (value.object ?? []).filter { $0.value != .null }.map {
      ($0.key, GLTFElement(value: $0.value, path: path.isEmpty ? $0.key : "\(path).\($0.key)"))
    }
  }

  /// The value as a whole number that is not negative.
  func asCount(atLeast minimum: Int = 0) throws(FormatError) -> Int {
    guard let value = value.int else { throw mismatch("a whole number") }
    guard value >= minimum, value <= 1 << 53 else {
      throw FormatError("out-of-range", "\(value) is less than \(minimum)", at: path)
    }
    return value
  }

  /// The value as a reference into a collection of `size` entries.
  func asIndex(into collection: String, size: Int) throws(FormatError) -> Int {
    let value = try asCount()
    try Self.check(value, into: collection, size: size, at: path)
    return value
  }

  /// The members of an array property; none where it is absent.
  func list(_ key: String) throws(FormatError) -> [GLTFElement] {
    guard let member = self[key] else { return [] }
    guard let values = member.value.array else { throw member.mismatch("an array") }
    return values.enumerated().map { GLTFElement(value: $1, path: "\(member.path)[\($0)]") }
  }

  /// An object property.
  func object(_ key: String) throws(FormatError) -> GLTFElement? {
    guard let member = self[key] else { return nil }
    guard member.value.object != nil else { throw member.mismatch("an object") }
    return member
  }

  func string(_ key: String) throws(FormatError) -> String? {
    guard let member = self[key] else { return nil }
    guard let text = member.value.string else { throw member.mismatch("a string") }
    return text
  }

  func bool(_ key: String) throws(FormatError) -> Bool? {
    guard let member = self[key] else { return nil }
    guard let value = member.value.bool else { throw member.mismatch("true or false") }
    return value
  }

  /// A whole number that is not negative.
  func count(_ key: String, atLeast minimum: Int = 0) throws(FormatError) -> Int? {
    try self[key]?.asCount(atLeast: minimum)
  }

  func requiredCount(_ key: String, atLeast minimum: Int = 0) throws(FormatError) -> Int {
    guard let value = try count(key, atLeast: minimum) else {
      throw FormatError("missing-property", "\"\(key)\" is missing", at: path)
    }
    return value
  }

  func float(_ key: String) throws(FormatError) -> Float? {
    guard let member = self[key] else { return nil }
    guard let value = member.value.double, abs(value) < Self.numberLimit else {
      throw member.mismatch("a number")
    }
    return Float(value)
  }

  /// Larger ones overflow as soon as they are multiplied.
  static let numberLimit = 1e30

  /// An array of exactly `count` numbers.
  func numbers(_ key: String, count: Int) throws(FormatError) -> [Double]? {
    guard let member = self[key] else { return nil }
    guard let values = member.value.array, values.count == count else {
      throw member.mismatch("\(count) numbers")
    }
    let numbers = values.compactMap(\.double)
    guard numbers.count == count, numbers.allSatisfy({ abs($0) < Self.numberLimit }) else {
      throw member.mismatch("\(count) numbers")
    }
    return numbers
  }

  /// A reference into a collection of `size` entries.
  func index(_ key: String, into collection: String, size: Int) throws(FormatError) -> Int? {
    try self[key]?.asIndex(into: collection, size: size)
  }

  /// Several references into one collection.
  func indices(_ key: String, into collection: String, size: Int) throws(FormatError) -> [Int] {
    var result: [Int] = []
    for element in try list(key) {
      guard let value = element.value.int, value >= 0 else {
        throw element.mismatch("a whole number")
      }
      try Self.check(value, into: collection, size: size, at: element.path)
      result.append(value)
    }
    return result
  }

  private static func check(
    _ value: Int, into collection: String, size: Int, at place: String
  ) throws(FormatError) {
    guard value < size else {
      throw FormatError(
        "unresolved-reference",
        "\(value) points nowhere; there are \(size) \(collection)", at: place)
    }
  }

  func mismatch(_ expected: String) -> FormatError {
    FormatError("type-mismatch", "\(expected) is expected here", at: path)
  }
}
