import Foundation
import Settings
import TestSupport
import Testing

/// What we write, read by those who will read it. The readers live in a Python environment that
/// `.ci/setup --peers` makes; without it these tests say what they leave out.
@Suite(.serialized) struct PeerTests {
  static let python: String? = {
    let path = SharedData.projectFolder + "/.build/peers/bin/python"
    if FileManager.default.isExecutableFile(atPath: path) { return path }
    print("LEFT OUT: PeerTests want .build/peers, which .ci/setup --peers makes")
    if isRequired { Issue.record("the peers are missing and MAQUETTE_REQUIRE_PEERS is set") }
    return nil
  }()

  /// `make test` sets this: there the peers are installed, and none may be left out.
  static let isRequired = ProcessInfo.processInfo.environment["MAQUETTE_REQUIRE_PEERS"] != nil

  /// Runs one of the checks of `read_dataset.py`: it prints one JSON object.
  private func check(_ name: String, _ words: String...) throws -> JSONValue? {
    guard let python = Self.python else { return nil }
    let script = SharedData.projectFolder + "/Tests/PeerTests/read_dataset.py"
    let outcome = try Program.run(executable: python, [script, name] + words)
    try #require(outcome.status == 0, "\(name): \(outcome.error)")
    return try JSONValue(parsing: Data(outcome.output.utf8))
  }

  private func dataset(_ folder: TemporaryFolder) throws -> (model: String, set: String) {
    let (model, set) = (folder.file("s.glb"), folder.file("set.zip"))
    let made = try Program.run(["sample", "-o", model, "--texture-size", "128", "--quiet"])
    try #require(made.status == 0)
    let outcome = try Program.run([
      "dataset", model, "-o", set, "--views", "12", "--pixels", "200", "--quiet",
    ])
    try #require(outcome.status == 0, "\(outcome.error)")
    return (model, set)
  }

  @Test func zipfileFindsItWhole() throws {
    let folder = TemporaryFolder()
    guard let report = try check("zip", try dataset(folder).set) else { return }
    #expect(report["corrupt"] == .null && report["entries"]?.int == 12 * 5 + 6)
    #expect(report["compressed"]?.int == 0)
  }

  @Test func colmapReadsTheSamePosesAsTransforms() throws {
    let folder = TemporaryFolder()
    guard let report = try check("colmap", try dataset(folder).set) else { return }
    #expect(report["images"]?.int == 12 && report["points"]?.int == 20_000)
    #expect(report["model"] == "PINHOLE")
    #expect((report["rotationDegrees"]?.double ?? 1) < 1e-4)
    #expect((report["centre"]?.double ?? 1) < 1e-6)
  }

  @Test func nerfstudioReadsThePoses() throws {
    let folder = TemporaryFolder()
    guard let report = try check("nerfstudio", try dataset(folder).set) else { return }
    if let reason = report["missing"]?.string {
      print("LEFT OUT: nerfstudio's parser is not importable: \(reason)")
      #expect(!Self.isRequired)
      return
    }
    #expect(report["frames"]?.int == 11)
    #expect(report["depth"]?.bool == true)
    #expect((report["pose"]?.double ?? 1) < 1e-5)
  }

  /// The silhouettes and depths of the set, cast again from its poses through another library's mesh.
  @Test func trimeshSeesTheSameObject() throws {
    let folder = TemporaryFolder()
    let (model, set) = try dataset(folder)
    guard let report = try check("trimesh", set, model) else { return }
    #expect((report["maskAgreement"]?.double ?? 0) > 0.99)
    #expect((report["depthError"]?.double ?? 1) < 0.001)
    #expect(report["points"]?.int == 20_000)
    #expect((report["pointDistance"]?.double ?? 1) < 1e-5)
  }

  /// A still's channels, read by OpenEXR's own package: depth and camera give the places again.
  @Test func openEXRReadsWhatIsKnownOfAPixel() throws {
    let folder = TemporaryFolder()
    let (model, still) = (folder.file("s.glb"), folder.file("still.exr"))
    _ = try Program.run(["sample", "-o", model, "--texture-size", "64", "--quiet"])
    let made = try Program.run([
      "render", model, "-o", still, "--aov", "depth,normal,position,id", "--width", "200",
      "--height", "150", "--json",
    ])
    try #require(made.status == 0, "\(made.error)")
    let result = folder.write(made.output, as: "result.json")
    guard let report = try check("exr", still, result) else { return }
    #expect(report["channels"]?.array?.count == 12)
    #expect((report["covered"]?.int ?? 0) > 2000)
    #expect((report["place"]?.double ?? 1) < 1e-5)
    #expect((report["normal"]?.double ?? 1) < 1e-4)
    #expect((report["alpha"]?.double ?? 0) > 0.4)
  }

  @Test func trimeshReadsEveryFormatWeWrite() throws {
    let folder = TemporaryFolder()
    let model = folder.file("s.glb")
    _ = try Program.run(["sample", "-o", model, "--texture-size", "64", "--quiet"])
    let inspected = try Program.run(["inspect", model, "--json"])
    let box = try JSONValue(parsing: Data(inspected.output.utf8))["result"]?["boundingBox"]
    let height = (box?["max"]?.array?[1].double ?? 0) - (box?["min"]?.array?[1].double ?? 0)
    for ending in ["glb", "obj", "stl", "ply"] {
      let path = folder.file("out." + ending)
      #expect(try Program.run(["convert", model, "-o", path, "--quiet"]).status == 0)
      guard let report = try check("model", path) else { return }
      #expect(report["triangles"]?.int == 27008, "\(ending)")
      #expect(report["watertight"]?.bool == true, "\(ending)")
      let factor = ending == "stl" ? 1000.0 : 1
      #expect(abs((report["height"]?.double ?? 0) / factor - height) < 1e-5, "\(ending)")
    }
  }

  /// What `decimate` and `remesh` say of their results, measured again by another library.
  @Test(arguments: [["decimate", "--ratio", "0.25"], ["remesh", "--target-triangles", "9000"]])
  func trimeshMeasuresTheSameDistance(_ words: [String]) throws {
    let folder = TemporaryFolder()
    let (model, output) = (folder.file("s.glb"), folder.file("out.glb"))
    _ = try Program.run(["sample", "-o", model, "--texture-size", "64", "--quiet"])
    let made = try Program.run([words[0], model, "-o", output, "--json"] + words.dropFirst())
    try #require(made.status == 0, "\(made.error)")
    let result = try JSONValue(parsing: Data(made.output.utf8))["result"]
    guard let report = try check("distance", output, model) else { return }
    #expect(report["triangles"]?.int == result?["triangles"]?.int)
    #expect(report["watertight"]?.bool == true)
    let (theirs, ours) = (report["meanPercent"]?.double, result?["meanErrorPercent"]?.double)
    #expect(abs((theirs ?? 0) / (ours ?? 1) - 1) < 0.05, "\(String(describing: (theirs, ours)))")
    // Texture coordinates of the nearest places: the median may differ by a texel or so.
    #expect((report["medianTextureStep"]?.double ?? 1) < 0.002)
  }

  @Test func lib3mfAndTrimeshReadPrintedPackages() throws {
    guard let python = Self.python else { return }
    let folder = TemporaryFolder()
    let (model, part) = (folder.file("s.glb"), folder.file("part.3mf"))
    let made = try Program.run(["sample", "-o", model, "--texture-size", "64", "--quiet"])
    try #require(made.status == 0)
    let printed = try Program.run([
      "print", model, "-o", part, "--height-millimeters", "50", "--json",
    ])
    try #require(printed.status == 0, "\(printed.error)")
    let paper = try JSONValue(parsing: Data(printed.output.utf8))["result"]
    let script = SharedData.projectFolder + "/Tests/PeerTests/read_package.py"
    let outcome = try Program.run(executable: python, [script, part])
    try #require(outcome.status == 0, "\(outcome.error)")
    let report = try JSONValue(parsing: Data(outcome.output.utf8))
    #expect(report["warnings"]?.int == 0 && report["manifold"]?.bool == true)
    #expect(report["thumbnail"]?.bool == true)
    #expect(report["triangles"] == paper?["triangles"])
    #expect(report["trimeshTriangles"] == paper?["triangles"])
    let millilitres = (report["volume"]?.double ?? 0) / 1000
    #expect(abs(millilitres - (paper?["volumeMillilitres"]?.double ?? 1)) < 1e-3)
  }

  /// Pixar's library finds every triangle, material and picture of a USDZ.
  @Test func packagesOpenInUSD() throws {
    guard let python = Self.python else { return }
    let folder = TemporaryFolder()
    let (model, package) = (folder.file("m.glb"), folder.file("m.usdz"))
    for words in [
      ["sample", "-o", model, "--texture-size", "64"], ["convert", model, "-o", package],
    ] {
      let made = try Program.run(words + ["--quiet"])
      try #require(made.status == 0, "\(made.error)")
    }
    let facts = try JSONValue(
      parsing: Data(try Program.run(["inspect", model, "--json"]).output.utf8))["result"]
    let script = SharedData.projectFolder + "/Tests/PeerTests/read_usd.py"
    let outcome = try Program.run(executable: python, [script, package])
    try #require(outcome.status == 0, "\(outcome.error)")
    let report = try JSONValue(parsing: Data(outcome.output.utf8))
    #expect(report["triangles"] == facts?["triangles"] && (report["pictures"]?.int ?? 0) > 0)
    #expect(report["unbound"]?.int == 0 && report["missing"]?.int == 0)
    #expect(report["metersPerUnit"]?.double == 1 && report["up"]?.string == "Y")
    let box = facts?["boundingBox"]
    for axis in 0..<3 {
      let low = box?["min"]?.array?[axis].double ?? 0
      let high = box?["max"]?.array?[axis].double ?? 0
      #expect(abs((report["size"]?.array?[axis].double ?? 0) - (high - low)) < 1e-4)
    }
  }
}
