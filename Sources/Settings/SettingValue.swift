/// A type an option can have: it reads itself from the words of a command line and from JSON.
public protocol SettingValue: Sendable, Equatable {
  /// The value a user wrote on a command line, or nil.
  init?(words: String)
  /// The value a JSON layer holds, or nil.
  init?(json: JSONValue)
  var json: JSONValue { get }
  /// What the help page calls it: `N`, `X`, `TEXT`, or the choices.
  static var placeholder: String { get }
  /// The type's part of a JSON schema.
  static var schema: [(key: String, value: JSONValue)] { get }
}

extension Int: SettingValue {
  public init?(words: String) { self.init(words) }
  public init?(json: JSONValue) {
    guard let value = json.int else { return nil }
    self = value
  }
  public var json: JSONValue { .integer(self) }
  public static var placeholder: String { "N" }
  public static var schema: [(key: String, value: JSONValue)] { [("type", "integer")] }
}

extension Double: SettingValue {
  public init?(words: String) {
    guard let value = Double(words), value.isFinite else { return nil }
    self = value
  }
  public init?(json: JSONValue) {
    guard let value = json.double else { return nil }
    self = value
  }
  public var json: JSONValue { .number(self) }
  public static var placeholder: String { "X" }
  public static var schema: [(key: String, value: JSONValue)] { [("type", "number")] }
}

extension Bool: SettingValue {
  public init?(words: String) {
    switch words {
    case "true", "yes", "on": self = true
    case "false", "no", "off": self = false
    default: return nil
    }
  }
  public init?(json: JSONValue) {
    guard let value = json.bool else { return nil }
    self = value
  }
  public var json: JSONValue { .bool(self) }
  public static var placeholder: String { "" }
  public static var schema: [(key: String, value: JSONValue)] { [("type", "boolean")] }
}

extension String: SettingValue {
  public init?(words: String) { self = words }
  public init?(json: JSONValue) {
    guard let value = json.string else { return nil }
    self = value
  }
  public var json: JSONValue { .string(self) }
  public static var placeholder: String { "TEXT" }
  public static var schema: [(key: String, value: JSONValue)] { [("type", "string")] }
}

extension Optional: SettingValue where Wrapped: SettingValue {
  public init?(words: String) {
    guard let value = Wrapped(words: words) else { return nil }
    self = value
  }
  public init?(json: JSONValue) {
    if json == .null {
      self = nil
    } else if let value = Wrapped(json: json) {
      self = value
    } else {
      return nil
    }
  }
  public var json: JSONValue { self?.json ?? .null }
  public static var placeholder: String { Wrapped.placeholder }
  public static var schema: [(key: String, value: JSONValue)] { Wrapped.schema }
}

/// Several values: words with commas between them, or a JSON array.
extension Array: SettingValue where Element: SettingValue {
  public init?(words: String) {
    self = []
    for word in words.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Element(words: String(word)) else { return nil }
      append(value)
    }
  }
  public init?(json: JSONValue) {
    guard let members = json.array else { return nil }
    self = []
    for member in members {
      guard let value = Element(json: member) else { return nil }
      append(value)
    }
  }
  public var json: JSONValue { .array(map(\.json)) }
  public static var placeholder: String { Element.placeholder + ",…" }
  public static var schema: [(key: String, value: JSONValue)] {
    [("type", "array"), ("items", .object(Element.schema))]
  }
}

/// An option with named choices: `enum Coverage: String, SettingChoice { case hemisphere, sphere }`.
public protocol SettingChoice: SettingValue, CaseIterable, RawRepresentable<String> {}

extension SettingChoice {
  public init?(words: String) { self.init(rawValue: words) }
  public init?(json: JSONValue) {
    guard let text = json.string else { return nil }
    self.init(rawValue: text)
  }
  public var json: JSONValue { .string(rawValue) }
  public static var placeholder: String { allCases.map(\.rawValue).joined(separator: "|") }
  public static var schema: [(key: String, value: JSONValue)] {
    [("type", "string"), ("enum", .array(allCases.map { .string($0.rawValue) }))]
  }
}
