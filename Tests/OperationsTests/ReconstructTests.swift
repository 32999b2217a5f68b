import Archives
import Formats
import Foundation
import Imaging
import Operations
import Scenes
import Settings
import TestSupport
import Testing
import Work

/// Model to views to model.
@Suite struct ReconstructTests {
  @discardableResult
  private func run(
    _ verb: String, _ inputs: [String], _ output: String?, _ flags: [(String, String)] = [],
    log: LogSink = LogSink()
  ) throws -> VerbResult {
    try Catalogue.verb(named: verb)!.run(
      [.flags(flags.map { (flag: $0.0, words: $0.1) })], inputs, output, 0, nil,
      WorkContext(threads: 2, log: log))
  }

  private static let quick = [("--resolution", "80"), ("--texture-size", "256")]

  /// A bent block of clay: closed, so that it has a volume to compare.
  private func model(_ folder: TemporaryFolder, head: String = "") -> String {
    var text = head
    let rows = 24
    for ring in 0...rows {
      for step in 0..<rows {
        let (u, v) = (
          2 * Double.pi * Double(ring) / Double(rows), 2 * Double.pi * Double(step) / Double(rows)
        )
        let r = 2 + (0.8 + 0.1 * cos(3 * u)) * cos(v)
        text += "v \(r * cos(u) * 30) \(sin(v) * 25 + 7) \(r * sin(u) * 30)\n"
      }
    }
    for ring in 0..<rows {
      for step in 0..<rows {
        let (a, b) = (ring * rows + step + 1, ring * rows + (step + 1) % rows + 1)
        let (c, d) = (
          ((ring + 1) % rows) * rows + step + 1, ((ring + 1) % rows) * rows + (step + 1) % rows + 1
        )
        text += "f \(a) \(b) \(d)\nf \(a) \(d) \(c)\n"
      }
    }
    return folder.write(text, as: "ring.obj")
  }

  /// From a ZIP, an HDF5 file and a COLMAP model the same object comes back to where its model was.
  @Test(arguments: [("set.zip", "dxgl"), ("set.h5", "dxgl"), ("set", "nerfstudio")])
  func whatWasDrawnComesBack(_ name: String, _ layout: String) throws {
    let folder = TemporaryFolder()
    let model = model(folder)
    var flags = [
      ("--views", "30"), ("--pixels", "128"), ("--coverage", "sphere"), ("--points", "100"),
    ]
    if layout != "dxgl" { flags.append(("--layout", layout)) }
    if name == "set.zip" { flags.append(("--test-fraction", "0.15")) }
    try run("dataset", [model], folder.file(name), flags)
    let result = try run(
      "reconstruct", [folder.file(name)], folder.file("back.glb"),
      Self.quick + [
        ("--check", "true"), ("--check-picture", folder.file("check.png")),
        ("--stl", folder.file("back.stl")), ("--keep-stages", folder.file("stages")),
      ])
    #expect(result.result["backend"]?.string == "multiview")
    #expect(result.result["watertight"] == .bool(true))
    // Those for validation are rebuilt from as well.
    #expect(result.result["views"]?.int == (name == "set.zip" ? 32 : 30))
    let check = try #require(result.result["check"])
    #expect(check["heldOut"] == .bool(name == "set.zip"))
    #expect((check["psnr"]?.double ?? 0) > 30, "\(result.text)")
    #expect((check["maskIoU"]?.double ?? 0) > 0.97)
    #expect(try ImageFile.decode(contents(folder.file("check.png"))).image.height == 256)
    let compared = try run("compare", [folder.file("back.glb"), model], nil)
    #expect((compared.result["chamferL1Percent"]?.double ?? 9) < 0.12, "\(compared.text)")
    let solid = try run("inspect", [folder.file("back.stl")], nil, [("--require", "printable")])
    #expect(solid.unmetGuarantee == nil, "\(solid.text)")
    #expect(result.unmetGuarantee == nil)
    #expect(FileManager.default.fileExists(atPath: folder.file("back.certificate.json")))
    let kept = try FileManager.default.subpathsOfDirectory(atPath: folder.file("stages"))
    #expect(kept.contains("hull.ply") && kept.contains("fused.ply"))
    #expect(kept.contains { $0.hasPrefix("views/") } && kept.contains { $0.hasPrefix("depth/") })
  }

  /// Photographs of bananas on a carpet, without masks, by a lens that bends.
  @Test func photographsAreRebuilt() throws {
    guard let set = SharedData.path("images/banana/transforms.json") else { return }
    let folder = TemporaryFolder()
    let log = LogSink()
    let result = try run(
      "reconstruct", [(set as NSString).deletingLastPathComponent], folder.file("banana.glb"),
      Self.quick + [
        ("--picture-size", "400"), ("--check", "true"), ("--hold-out", "8"),
      ], log: log)
    #expect(result.result["masks"]?.string == "found by color")
    #expect(result.result["watertight"] == .bool(true))
    #expect(result.result["views"]?.int == 7)
    #expect((result.result["check"]?["psnr"]?.double ?? 0) > 20, "\(result.text)")
    #expect((result.result["check"]?["maskIoU"]?.double ?? 0) > 0.8, "\(result.text)")
    #expect(log.warnings.contains { $0.contains("found by color") })
  }

  /// The ring in one material, as a set of views that tells it.
  private func painted(_ folder: TemporaryFolder) throws -> String {
    _ = folder.write("newmtl paint\nKd 0.2 0.5 0.05\nPr 0.4\nPm 0.8\n", as: "paint.mtl")
    let model = model(folder, head: "mtllib paint.mtl\nusemtl paint\n")
    var flags = [("--views", "20"), ("--pixels", "96"), ("--coverage", "sphere")]
    flags.append(("--points", "100"))
    flags.append(("--aov", "albedo,roughness,metallic"))
    try run("dataset", [model], folder.file("set.zip"), flags)
    return folder.file("set.zip")
  }

  /// Red, green, blue, roughness, metalness of the first pixel, as codes.
  private func look(of model: String) throws -> [Int] {
    let scene = try SceneFile.read(model, log: LogSink())
    let pictures = try scene.images.map { try ImageFile.decode($0.bytes).image.rgba8().bytes }
    return pictures[0][..<3].map { Int($0) } + pictures[1][1..<3].map { Int($0) }
  }

  /// Layers of the set are baked as they are, whatever light the pictures have.
  @Test func materialIsExactWhereTheSetTellsIt() throws {
    let folder = TemporaryFolder()
    let result = try run(
      "reconstruct", [try painted(folder)], folder.file("out.glb"),
      Self.quick + [("--check", "true")])
    #expect(result.result["material"]?.string == "measured")
    #expect((result.result["check"]?["psnr"]?.double ?? 0) > 40, "\(result.text)")
    let look = try look(of: folder.file("out.glb"))
    // Colors of such files are codes already.
    let wanted = [51, 128, 13, 102, 204]
    let isAlike = zip(look, wanted).allSatisfy { abs($0 - $1) <= 1 }
    #expect(isAlike, "\(look)")
  }

  /// A second run takes the first one's depth, but no damaged record.
  @Test func aRunGoesOnFromTheLast() throws {
    let folder = TemporaryFolder()
    let set = try painted(folder)
    let log = LogSink()
    func rebuild() throws -> [UInt8] {
      try run(
        "reconstruct", [set], folder.file("out.glb"),
        Self.quick + [("--keep-stages", folder.file("stages"))], log: log)
      return contents(folder.file("out.glb"))
    }
    let first = try rebuild()
    #expect(!log.warnings.contains { $0.contains("earlier run") })
    let isSame = try rebuild() == first
    #expect(isSame && log.warnings.contains { $0.contains("earlier run") })
    let record = folder.file("stages/depth.resume")
    try Data(contents(record).prefix(200)).write(to: URL(fileURLWithPath: record))
    let isRepaired = try rebuild() == first
    #expect(isRepaired)
  }

  /// What a user's own program makes is taken, with as many vertices as are wanted.
  @Test func anExternalEngineIsAsked() throws {
    let folder = TemporaryFolder()
    try run("sample", [], folder.file("made.glb"), [("--texture-size", "64")])
    let image = Image(width: 32, height: 32, filledWith: [9, 9, 9, 255])
    let picture = folder.write(try ImageFile.encodePNG(image), as: "one.png")
    func ask(_ command: String) throws -> VerbResult {
      try run(
        "reconstruct", [picture], folder.file("out.glb"),
        [
          ("--backend", "external"), ("--external-command", command),
          ("--target-vertices", "3000"),
        ])
    }
    let result = try ask(
      "test -s \"$MAQUETTE_INPUT\" && cp \(folder.file("made.glb")) \"$MAQUETTE_OUTPUT\"")
    #expect(result.result["backend"]?.string == "external")
    #expect((result.result["triangles"]?.int ?? .max) < 7000)
    let silent = sentence { try ask("true") }
    #expect(silent.contains("$MAQUETTE_OUTPUT"))
    let failed = sentence { try ask("echo out of memory; false") }
    #expect(failed.contains("out of memory"))
  }

  @Test func onePictureAndNamedPicturesAreTold() throws {
    let folder = TemporaryFolder()
    let model = model(folder)
    try run(
      "render", [model], folder.file("views/"),
      [("--angles", "front,left,top"), ("--width", "128"), ("--height", "128")])
    let pictures = try FileManager.default.contentsOfDirectory(atPath: folder.file("views"))
      .filter { $0.hasSuffix(".png") }.sorted().map { folder.file("views/" + $0) }
    #expect(pictures.count == 3)
    for count in [1, 3] {
      let log = LogSink()
      let result = try run(
        "reconstruct", Array(pictures.prefix(count)), folder.file("made.glb"), Self.quick, log: log)
      #expect(result.result["backend"]?.string == "builtin")
      #expect(result.result["watertight"] == .bool(true))
      #expect(log.warnings.contains { $0.contains("made up") })
    }
  }

  /// One sentence that names what is to blame, and no file.
  @Test func whatCannotBeRebuiltIsRefused() throws {
    let folder = TemporaryFolder()
    let model = model(folder)
    let flags = [("--views", "4"), ("--pixels", "64"), ("--points", "50")]
    try run("dataset", [model], folder.file("white/"), flags + [("--layout", "colmap")])
    try FileManager.default.removeItem(atPath: folder.file("white/masks"))
    try FileManager.default.createDirectory(
      atPath: folder.file("masks"), withIntermediateDirectories: true)
    func message(_ inputs: [String], _ more: [(String, String)] = []) -> String {
      do {
        try run("reconstruct", inputs, folder.file("no.glb"), Self.quick + more)
        return ""
      } catch { return "\(error)" }
    }
    let white = Image(width: 64, height: 64, filledWith: [255, 255, 255, 255])
    _ = folder.write(try ImageFile.encodePNG(white), as: "one/frame_00000.png")
    let oneMask = message([folder.file("white")], [("--masks", folder.file("one"))])
    #expect(oneMask.contains("there is no mask"), "\(oneMask)")
    #expect(
      message([folder.file("white")], [("--masks", folder.file("masks"))]).contains("mask"))
    #expect(message([folder.write("x", as: "a.png")]).contains("a.png"))
    #expect(message([folder.file("nothing.zip")]).contains("nothing"))
    let one = Image(width: 64, height: 64, filledWith: [200, 10, 10, 255])
    let picture = folder.write(try ImageFile.encodePNG(one), as: "b.png")
    #expect(message([picture]).contains("no object stands out"))
    var cut = Image(width: 64, height: 64, filledWith: .zero)
    for pixel in 0..<64 * 64 where abs(pixel % 64 - 32) < 16 { cut.bytes[4 * pixel + 3] = 255 }
    let outlined = folder.write(try ImageFile.encodePNG(cut), as: "c.png")
    #expect(message([outlined, outlined]).contains("front"))
    #expect(message([picture], [("--backend", "multiview")]).contains("cameras"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("no.glb")))
  }

  @Test(arguments: ["mesh/koala/koala.obj", "mesh/spot/spot.obj"])
  func realMeshesAreUnwrapped(_ name: String) throws {
    guard let path = SharedData.path(name) else { return }
    let folder = TemporaryFolder()
    let result = try run("unwrap", [path], folder.file("flat.glb"))
    #expect((result.result["coverage"]?.double ?? 0) > 0.4)
    #expect((result.result["stretch"]?.double ?? 9) < 1.25)
    #expect((result.result["charts"]?.int ?? .max) < 500)
  }

  /// What an error says; empty where there is none.
  private static let around = [("--views", "12"), ("--pixels", "64"), ("--coverage", "sphere")]

  private func archive(_ files: [(name: String, bytes: [UInt8])], _ path: String) throws {
    let archive = try StoredArchive(path: path, format: .zip)
    for file in files { try archive.add(file.name, file.bytes) }
    try archive.finish()
  }

  /// An archive that says its files lie above it writes nothing there, whatever folder the stages go to.
  @Test func anArchiveDoesNotReachOutOfItsStages() throws {
    let folder = TemporaryFolder()
    let set = folder.file("set")
    try run("dataset", [model(folder)], set, Self.around)
    let text = String(decoding: contents(set + "/transforms.json"), as: UTF8.self)
    let evil = "../../../evil.png"
    let hostile = text.replacingOccurrences(of: "images/frame_00003.png", with: evil)
    #expect(hostile != text)
    var files = [(name: "transforms.json", bytes: Array(hostile.utf8))]
    for index in 0..<12 {
      let name = "images/frame_000\(index / 10)\(index % 10).png"
      files.append((index == 3 ? evil : name, contents(set + "/" + name)))
    }
    try archive(files, folder.file("set.zip"))
    let before = folder.names
    _ = sentence {
      try run(
        "reconstruct", [folder.file("set.zip")], folder.file("a/b/o.glb"),
        Self.quick + [("--keep-stages", folder.file("a/b/c"))])
    }
    #expect(Set(folder.names).subtracting(before).isSubset(of: ["a"]))
    let made = FileManager.default.enumerator(atPath: folder.file("a"))?.compactMap {
      $0 as? String
    }
    #expect(made?.contains { $0.hasSuffix("evil.png") } == false, "\(made ?? [])")
  }

  private func sentence(_ body: () throws -> VerbResult) -> String {
    do {
      _ = try body()
      return ""
    } catch { return "\(error)" }
  }
}
