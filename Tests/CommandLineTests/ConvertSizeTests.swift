import Foundation
import Settings
import TestSupport
import Testing

/// `convert` to a size, and to pieces.
struct ConvertSizeTests {
  private static func result(_ words: [String]) throws -> JSONValue {
    let outcome = try Program.run(words + ["--json"])
    try #require(outcome.status == 0, "\(outcome.error)")
    return try JSONValue(parsing: Data(outcome.output.utf8))["result"] ?? .null
  }

  @Test func piecesAreThoseThatInspectCountsAndHeightIsMet() throws {
    let folder = TemporaryFolder()
    let model = folder.file("m.glb")
    _ = try Self.result(["sample", "-o", model, "--texture-size", "64"])
    let whole = try Self.result(["inspect", model])
    let split = try Self.result(["convert", model, "-o", folder.file("split.glb"), "--split"])
    #expect(split["pieces"]?.int == whole["components"]?.int)
    #expect(split["triangles"] == whole["triangles"])
    _ = try Self.result(["convert", model, "-o", folder.file("tall.stl"), "--height", "80"])
    let box = try Self.result(["inspect", folder.file("tall.stl")])["boundingBox"]
    let (low, high) = (box?["min"]?.array?[1].double ?? 0, box?["max"]?.array?[1].double ?? 0)
    #expect(abs(high - low - 80) < 1e-3)
    let both = try Program.run(
      ["convert", model, "-o", folder.file("no.stl"), "--height", "3", "--scale", "2"])
    #expect(both.status == 2 && both.error.contains("give one of"))
  }
}
