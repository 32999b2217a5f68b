import HTTP
import Settings

/// What a client sent, field by field: a JSON object, or the texts of a form.
struct Fields {
  let value: JSONValue
  /// In a form everything is text, numbers and truths too.
  private let isForm: Bool

  /// Throws where there is a field that nobody knows.
  init(_ value: JSONValue, only names: [String], isForm: Bool = false) throws {
    guard let members = value.object else {
      throw ServiceProblem(.invalid("request"), "the body is JSON but no object")
    }
    for (key, _) in members where !names.contains(key) {
      throw ServiceProblem(
        .invalid("request"), "there is no field \"\(key.prefix(40))\"",
        field: String(key.prefix(40)))
    }
    (self.value, self.isForm) = (value, isForm)
  }

  /// Of a form; its files stand apart.
  init(_ form: Form, only names: [String]) throws {
    try self.init(
      .object(form.fields.map { ($0.name, .string($0.value)) }), only: names, isForm: true)
  }

  /// Nil where it is not there, or null.
  subscript(_ name: String) -> JSONValue? { value[name].flatMap { $0 == .null ? nil : $0 } }

  func text(_ name: String, length: ClosedRange<Int> = 0...200) throws -> String? {
    guard let given = self[name] else { return nil }
    guard let text = given.string, length.contains(text.count) else {
      throw wrong(
        name, "is text of \(length.lowerBound) to \(length.upperBound) characters")
    }
    return text
  }

  func whole(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let given = self[name] else { return nil }
    guard let number = given.int ?? (isForm ? given.string.flatMap { Int($0) } : nil),
      range.contains(number)
    else { throw wrong(name, "is a whole number from \(range.lowerBound) to \(range.upperBound)") }
    return number
  }

  func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let given = self[name] else { return nil }
    guard let number = given.double ?? (isForm ? given.string.flatMap { Double($0) } : nil),
      range.contains(number)
    else { throw wrong(name, "is a number from \(range.lowerBound) to \(range.upperBound)") }
    return number
  }

  func truth(_ name: String) throws -> Bool? {
    guard let given = self[name] else { return nil }
    let words = ["true": true, "1": true, "false": false, "0": false]
    guard let truth = given.bool ?? (isForm ? given.string.flatMap { words[$0.lowercased()] } : nil)
    else { throw wrong(name, "is true or false") }
    return truth
  }

  func choice(_ name: String, of words: [String]) throws -> String? {
    guard let given = self[name] else { return nil }
    guard let word = given.string, words.contains(word) else {
      throw wrong(name, "is one of " + words.joined(separator: ", "))
    }
    return word
  }

  /// What must be there.
  func require<Value>(_ name: String, _ value: Value?) throws -> Value {
    guard let value else {
      throw ServiceProblem(.invalid("request"), "\"\(name)\" is missing", field: name)
    }
    return value
  }

  func wrong(_ name: String, _ what: String) -> ServiceProblem {
    ServiceProblem(.invalid("request"), "\(name) \(what)", field: name)
  }
}
