import Foundation
import Settings
import TestSupport
import Testing

private enum Shape: String, SettingChoice { case round, square }

private struct Inner: SettingsGroup {
  @Setting("How heavy.", in: 0...10) var weight = 2.5
  init() {}
}

private struct Options: SettingsGroup {
  @Setting("How many.", in: 1...100) var targetCount = 10
  @Setting("Which shape.") var shape = Shape.round
  @Setting("Whether at all.") var fast = false
  @Setting("A name, or none.") var name: String? = nil
  @Setting("Some shapes.") var shapes: [Shape] = []
  var inner = Inner()
  init() {}
}

@Suite struct SettingsTests {
  @Test func laterLayersWin() throws {
    let preset = try JSONValue(parsing: Data(#"{"targetCount": 20, "weight": 7}"#.utf8))
    let options = try Options(layers: [
      .json(preset, source: "preset"), .flags([("--target-count", "30"), ("--shape", "square")]),
    ])
    #expect(options.targetCount == 30)
    #expect(options.inner.weight == 7)
    #expect(options.shape == .square)
    #expect(options.name == nil)
  }

  @Test(arguments: [
    ("--target-cout", "3", "did you mean --target-count?"),
    ("--target-count", "many", "a whole number, 1 to 100"),
    ("--target-count", "101", "1 to 100"),
    ("--shape", "oval", "one of round, square"),
    ("--weight", "nan", "a number, 0 to 10"),
    ("--shapes", "round,oval", "one or more of round, square, with commas between"),
    ("--shapes", "round,,square", "with commas between"),
  ])
  func refusesWithTheWayOut(_ flag: String, _ words: String, _ hint: String) {
    let error = #expect(throws: SettingsError.self) {
      try Options(layers: [.flags([(flag, words)])])
    }
    #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
  }

  @Test func listsComeFromWordsAndFromJSON() throws {
    let words = try Options(layers: [.flags([("--shapes", "square,round")])])
    let json = try Options(layers: [.json(["shapes": ["square", "round"]], source: "preset")])
    #expect(words.shapes == [.square, .round] && json.shapes == words.shapes)
    #expect(try Options(layers: [.json(words.json, source: "again")]).shapes == words.shapes)
    #expect(Options.schema["properties"]?["shapes"]?["items"]?["enum"] == ["round", "square"])
  }

  @Test func unknownKeyOfAPresetIsNamed() throws {
    let error = #expect(throws: SettingsError.self) {
      try Options(layers: [.json(["targetCuont": 3], source: "preset x")])
    }
    #expect(error?.message == "unknown option targetCuont in preset x; did you mean targetCount?")
  }

  @Test func copiesAreIndependent() {
    let first = Options()
    var second = first
    second.targetCount = 50
    #expect(first.targetCount == 10 && second.targetCount == 50)
  }

  @Test func groupSurvivesItsJSON() throws {
    var options = Options()
    options.targetCount = 42
    options.name = "a \"quoted\" name\n"
    let text = options.json.text(pretty: true)
    let again = try Options(layers: [
      .json(try JSONValue(parsing: Data(text.utf8)), source: "itself")
    ])
    #expect(again.json.text() == options.json.text())
  }

  @Test func schemaKnowsRangesAndChoices() {
    let schema = Options.schema
    #expect(schema["properties"]?["targetCount"]?["maximum"]?.int == 100)
    #expect(schema["properties"]?["shape"]?["enum"] == ["round", "square"])
  }

  @Test(arguments: [
    "true", "3", "-2.5", "\"x\"", "[1, 2, [3]]", "[\",]\", \"\\\\\"]",
    "{\"a\": null, \"b\": {\"c\": false}}",
    "1.0000000000000002", "-8.881784197001252e-15", "1.0124758936763774e+37", "9007199254740993",
    "123456789012345678901234567890",
    "\"\\u0001 \u{1F600}\"",
  ])
  func jsonTextReadsBack(_ text: String) throws {
    let value = try JSONValue(parsing: Data(text.utf8))
    #expect(try JSONValue(parsing: Data(value.text().utf8)) == value)
    #expect(try JSONValue(parsing: Data(value.text(pretty: true).utf8)) == value)
  }

  @Test func booleansAreNotNumbers() throws {
    let value = try JSONValue(parsing: Data("[true, 1, 1.0, 0]".utf8))
    #expect(value.array?[0].bool == true && value.array?[0].int == nil)
    #expect(value.array?[1].int == 1 && value.array?[1].bool == nil)
    #expect(value.array?[2].int == 1)
  }

  @Test(arguments: ["", "{", "{\"a\": 1e999}", "[1,]", "{\"a\":1 , }", "nul"])
  func brokenJSONIsRefused(_ text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: Data(text.utf8)) }
  }

  @Test func everyPresetHasALineInTheReadme() throws {
    let folder = SharedData.projectFolder + "/configs"
    let readme = String(decoding: contents(SharedData.projectFolder + "/README.md"), as: UTF8.self)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.count >= 3)
    for file in files where file.hasSuffix(".json") && file.contains("-") {
      let name = file.dropLast(".json".count).split(separator: "-", maxSplits: 1)[1]
      #expect(readme.contains("`\(name)`"), "README.md says nothing of \(name)")
    }
  }

  /// A quote with an accent upon it is one character of Swift's and still ends an attribute's value.
  @Test func markupIsEscapedByScalars() {
    let text = MarkupText.escaped("a\"\u{301} <b>&")
    #expect(Array(text.utf8) == Array("a&quot;\u{301} &lt;b&gt;&amp;".utf8))
  }
}
