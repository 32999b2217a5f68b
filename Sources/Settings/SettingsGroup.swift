/// A verb's options: a struct of `@Setting` properties, and of other groups, which are flattened in.
public protocol SettingsGroup: Sendable {
  init()
  /// Checks that concern several options at once.
  func validate() throws(SettingsError)
}

extension SettingsGroup {
  public func validate() throws(SettingsError) {}

  /// Defaults, then each layer in order: a later layer wins.
  public init(layers: [SettingsLayer]) throws(SettingsError) {
    self.init()
    let options = declared
    for layer in layers { try layer.apply(to: options) }
    try validateAll()
  }

  /// Checks this group and those within it.
  private func validateAll() throws(SettingsError) {
    for child in Mirror(reflecting: self).children {
      if let group = child.value as? any SettingsGroup { try group.validateAll() }
    }
    try validate()
  }

  /// The options with their present values, in order of declaration.
  public var options: [SettingDescription] {
    declared.map { key, setting in
      SettingDescription(
        key: key, flag: "--" + kebabCase(key), placeholder: setting.placeholder,
        isSwitch: setting.isSwitch, help: setting.help, value: setting.currentJSON,
        schema: setting.schema)
    }
  }

  /// The present values as a JSON layer: what a manifest records and a preset may hold.
  public var json: JSONValue { .object(options.map { ($0.key, $0.value) }) }

  /// A JSON schema of the whole group.
  public static var schema: JSONValue {
    [
      "type": "object",
      "properties": .object(Self().options.map { ($0.key, $0.schema) }),
      "additionalProperties": false,
    ]
  }

  var declared: [(key: String, setting: any AnySetting)] {
    Mirror(reflecting: self).children.flatMap { child -> [(key: String, setting: any AnySetting)] in
      switch child.value {
      case let setting as any AnySetting: [(String(child.label!.dropFirst()), setting)]
      case let group as any SettingsGroup: group.declared
      default: []
      }
    }
  }
}

/// One option as help pages, completions and tool schemas show it.
public struct SettingDescription: Sendable {
  public let key: String
  public let flag: String
  public let placeholder: String
  public let isSwitch: Bool
  public let help: String
  public let value: JSONValue
  public let schema: JSONValue
}

/// A source of values: flags as typed, or JSON from a preset or a request.
public enum SettingsLayer: Sendable {
  case flags([(flag: String, words: String)])
  case json(JSONValue, source: String)

  func apply(to options: [(key: String, setting: any AnySetting)]) throws(SettingsError) {
    switch self {
    case .flags(let flags):
      for (flag, words) in flags {
        guard let option = options.first(where: { "--" + kebabCase($0.key) == flag }) else {
          throw unknown(flag, among: options.map { "--" + kebabCase($0.key) }, in: nil)
        }
        try option.setting.assign(words: words, named: flag)
      }
    case .json(let value, let source):
      guard let members = value.object else {
        throw SettingsError(.badPreset, "\(source) must hold a JSON object of settings")
      }
      for (key, value) in members where key != "description" {
        guard let option = options.first(where: { $0.key == key }) else {
          throw unknown(key, among: options.map(\.key), in: source)
        }
        try option.setting.assign(json: value, named: "\(key) in \(source)")
      }
    }
  }

  private func unknown(_ name: String, among names: [String], in source: String?) -> SettingsError {
    let nearest = nearestName(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
    let place = source.map { " in \($0)" } ?? ""
    return SettingsError(.unknownKey, "unknown option \(name)\(place)\(nearest)")
  }
}

/// `targetTriangles` as `target-triangles`.
func kebabCase(_ key: String) -> String {
  key.reduce(into: "") { text, character in
    if character.isUppercase { text += "-" }
    text += character.lowercased()
  }
}
