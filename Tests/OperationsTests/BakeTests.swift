import Foundation
import Imaging
import Operations
import Settings
import TestSupport
import Testing
import Work

@Suite struct BakeTests {
  private let folder = TemporaryFolder()

  private func run(
    _ verb: String, _ inputs: [String], _ output: String, _ flags: [(String, String)] = []
  ) throws -> VerbResult {
    try Catalogue.verb(named: verb)!.run(
      [.flags(flags.map { (flag: $0.0, words: $0.1) })], inputs, folder.file(output), 0, nil,
      WorkContext(threads: 2))
  }

  /// The simple model looks like the detailed one, by all of its maps.
  @Test func theSimpleModelLooksLikeTheDetailedOne() throws {
    let detailed = folder.file("detailed.glb")
    _ = try run("sample", [], "detailed.glb", [("--texture-size", "256")])
    _ = try run("decimate", [detailed], "simple.glb", [("--target-triangles", "6000")])
    let result = try run(
      "bake", [detailed, folder.file("simple.glb")], "baked.glb",
      [("--texture-size", "1024"), ("--occlusion-rays", "8")])
    #expect((result.result["missedPercent"]?.double ?? 100) < 1, "\(result.text)")
    for name in ["detailed", "baked"] {
      _ = try run(
        "render", [folder.file(name + ".glb")], name + ".png",
        [("--width", "256"), ("--engine", "software")])
    }
    let a = try ImageFile.decode(contents(folder.file("detailed.png"))).image.rgba8()
    let b = try ImageFile.decode(contents(folder.file("baked.png"))).image.rgba8()
    var (square, count) = (0.0, 0)
    for pixel in 0..<256 * 256 where a.bytes[4 * pixel + 3] == 255 && b.bytes[4 * pixel + 3] == 255
    {
      for channel in 0..<3 {
        let off = Double(a.bytes[4 * pixel + channel]) - Double(b.bytes[4 * pixel + channel])
        square += off * off
      }
      count += 3
    }
    let decibels = 10 * log10(255 * 255 * Double(count) / square)
    #expect(count > 10_000)
    #expect(decibels > 24, "\(decibels)")
  }

  @Test func modelsApartAreRefused() throws {
    _ = try run("sample", [], "a.glb", [("--texture-size", "64")])
    let far = folder.write("v 900 0 0\nv 901 0 0\nv 900 1 0\nf 1 2 3\n", as: "far.obj")
    let said = sentence {
      try run("bake", [folder.file("a.glb"), far], "no.glb", [("--texture-size", "64")])
    }
    #expect(said.contains("--reach-percent"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("no.glb")))
  }

  /// What an error says; empty where there is none.
  private func sentence(_ body: () throws -> VerbResult) -> String {
    do {
      _ = try body()
      return ""
    } catch { return "\(error)" }
  }
}
