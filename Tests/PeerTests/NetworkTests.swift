import Foundation
import Settings
import TestSupport
import Testing

/// Networks that Python's onnx writes, run by the ONNX Runtime of PyPI's wheel.
@Suite(.serialized) struct NetworkTests {
  /// Where the runtime is; the networks are in the folder then.
  private func networks(in folder: TemporaryFolder) throws -> String? {
    guard let python = PeerTests.python else { return nil }
    let script = SharedData.projectFolder + "/Tests/PeerTests/make_networks.py"
    let made = try Program.run(executable: python, [script, folder.path])
    try #require(made.status == 0, "\(made.error)")
    return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func picture(_ folder: TemporaryFolder) throws -> String {
    let (model, picture) = (folder.file("s.glb"), folder.file("one.png"))
    _ = try Program.run(["sample", "-o", model, "--texture-size", "64", "--quiet"])
    let drawn = try Program.run([
      "render", model, "--width", "160", "--height", "160", "--background", "transparent", "-o",
      picture, "--quiet",
    ])
    try #require(drawn.status == 0, "\(drawn.error)")
    return picture
  }

  private func run(_ picture: String, _ output: String, _ more: [String]) throws
    -> Program.Outcome
  {
    try Program.run(
      [
        "reconstruct", picture, "-o", output, "--backend", "onnx", "--resolution", "96",
        "--texture-size", "128", "--json", "--quiet",
      ] + more)
  }

  private func sizes(of model: String) throws -> [Double] {
    let seen = try Program.run(["inspect", model, "--json", "--quiet"])
    let box = try #require(try JSONValue(parsing: Data(seen.output.utf8))["result"]?["boundingBox"])
    let low = (box["min"]?.array ?? []).compactMap(\.double)
    let high = (box["max"]?.array ?? []).compactMap(\.double)
    return zip(low, high).map { $1 - $0 }
  }

  /// Codes of the picture, then density and color at points; up is z and the front x where the network has it so.
  @Test(arguments: ["y", "z"]) func aFieldIsAsked(_ up: String) throws {
    let folder = TemporaryFolder()
    guard let library = try networks(in: folder) else { return }
    let model = folder.file("egg.glb")
    let outcome = try run(
      try picture(folder), model,
      [
        "--onnx-model", folder.file("encoder.onnx"), "--onnx-field", folder.file("field.onnx"),
        "--onnx-threshold", "0", "--onnx-runtime", library, "--onnx-up", up,
      ])
    try #require(outcome.status == 0, "\(outcome.error)")
    let result = try JSONValue(parsing: Data(outcome.output.utf8))["result"]
    #expect(result?["backend"]?.string == "onnx" && result?["watertight"] == .bool(true))
    let radii = up == "y" ? [0.8, 0.5, 0.3] : [0.5, 0.3, 0.8]
    for (size, radius) in zip(try sizes(of: model), radii) {
      #expect(abs(size - 2 * radius / 0.8) < 0.01)
    }
  }

  @Test func aVolumeStandsUpright() throws {
    let folder = TemporaryFolder()
    guard let library = try networks(in: folder) else { return }
    let model = folder.file("slab.glb")
    let outcome = try run(
      try picture(folder), model,
      ["--onnx-model", folder.file("volume.onnx"), "--onnx-runtime", library])
    try #require(outcome.status == 0, "\(outcome.error)")
    let sizes = try sizes(of: model)
    // The lighthouse is taller than it is wide.
    #expect(abs(sizes[1] - 2) < 0.01 && sizes[0] < 1.8 && abs(sizes[2] - 0.7) < 0.15, "\(sizes)")
  }

  @Test func whatCannotRunIsTold() throws {
    let folder = TemporaryFolder()
    guard let library = try networks(in: folder) else { return }
    let (picture, model) = (try picture(folder), folder.file("no.glb"))
    let field = folder.file("field.onnx")
    let absent = try run(
      picture, model, ["--onnx-model", field, "--onnx-runtime", folder.file("none.so")])
    #expect(absent.status == 5 && absent.output.contains("--onnx-runtime"))
    let other = try run(picture, model, ["--onnx-model", picture, "--onnx-runtime", library])
    #expect(other.status == 3 && other.output.contains("one.png"))
    let wrong = try run(picture, model, ["--onnx-model", field, "--onnx-runtime", library])
    #expect(wrong.status == 3 && wrong.output.contains("not a picture"))
    let alone = try run(
      picture, model, ["--onnx-model", folder.file("encoder.onnx"), "--onnx-runtime", library])
    #expect(alone.status == 3 && alone.output.contains("no output called density"))
    let empty = try run(
      picture, model,
      [
        "--onnx-model", folder.file("volume.onnx"), "--onnx-runtime", library,
        "--onnx-threshold", "2",
      ])
    #expect(empty.status == 3 && empty.output.contains("--onnx-threshold"))
    #expect(!FileManager.default.fileExists(atPath: model))
  }
}
