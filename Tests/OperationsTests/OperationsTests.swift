import Foundation
import Formats
import Geometry
import Imaging
import LinearMath
import Operations
import Scenes
import Settings
import TestSupport
import Testing
import Work

@Suite(.serialized) struct OperationsTests {
  private func run(
    _ verb: String, _ inputs: [String], _ output: String? = nil,
    _ flags: [(flag: String, words: String)] = [], threads: Int = 2
  ) throws -> VerbResult {
    try Catalogue.verb(named: verb)!.run(
      [.flags(flags)], inputs, output, 0, nil, WorkContext(threads: threads))
  }

  private func sample(_ folder: TemporaryFolder) throws -> String {
    let path = folder.file("sample.glb")
    _ = try run("sample", [], path, [("--texture-size", "128")])
    return path
  }

  @Test func sampleUsesEveryMapAndIsSound() throws {
    let folder = TemporaryFolder()
    let scene = try SceneFile.read(try sample(folder), log: LogSink())
    let material = scene.materials[0]
    #expect(
      material.baseColorTexture != nil && material.metallicRoughnessTexture != nil
        && material.normalTexture != nil && material.occlusionTexture != nil
        && material.emissiveTexture != nil)
    let report = scene.merged().report()
    #expect(report.isWatertight && report.isManifold && report.isOriented)
    #expect(report.degenerateTriangles == 0 && report.volume > 0)
  }

  @Test func datasetIsTheSameBytesOnOneAndTwoThreads() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let flags = [("--views", "5"), ("--pixels", "96"), ("--points", "500")]
    let result = try run("dataset", [model], folder.file("a.zip"), flags, threads: 1)
    _ = try run("dataset", [model], folder.file("b.zip"), flags, threads: 2)
    #expect(contents(folder.file("a.zip")) == contents(folder.file("b.zip")))
    #expect(contents(folder.file("a.zip")).count > 10_000)
    #expect(result.result["views"]?.int == 5)
  }

  @Test func datasetFolderHasEveryFile() throws {
    let folder = TemporaryFolder()
    let set = folder.file("set")
    _ = try run(
      "dataset", [try sample(folder)], set,
      [
        ("--views", "3"), ("--pixels", "64"), ("--background", "white"), ("--coverage", "sphere"),
        ("--contact-sheet", folder.file("sheet.png")),
      ])
    for kind in ["images", "depth", "depth_16bit", "normals", "masks"] {
      for view in 0..<3 {
        let (image, _) = try ImageFile.decode(contents("\(set)/\(kind)/frame_0000\(view).png"))
        #expect(image.width == 64)
        #expect(image.bitsPerSample == (kind == "depth_16bit" ? 16 : 8))
        #expect(image.channels == (["images", "normals"].contains(kind) ? 3 : 1))
      }
    }
    let described = Artifact(path: set, mediaType: "inode/directory").json
    #expect((described["bytes"]?.int ?? 0) > 5000 && described["sha256"] == .null)
    let transforms = try JSONValue(parsing: Data(contents(set + "/transforms.json")))
    #expect(transforms["frames"]?.array?.count == 3)
    #expect(transforms["w"]?.int == 64 && transforms["ply_file_path"] == "points3D.ply")
    let manifest = try JSONValue(parsing: Data(contents(set + "/manifest.json")))
    #expect(manifest["settings"]?["background"] == ["white"])
    #expect(["gl", "software"].contains(manifest["engine"]?.string))
    #expect(manifest["source"]?["sha256"]?.string?.count == 64)
    #expect(try ImageFile.decode(contents(folder.file("sheet.png"))).image.width == 1320)
    #expect(throws: (any Error).self) {
      try run("dataset", [folder.file("sample.glb")], set, [("--views", "1")])
    }
  }

  /// Cancelled while views are being written, when there is something to clean up.
  @Test(arguments: ["a.zip", "a"]) func cancelledDatasetLeavesNothing(_ name: String) throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let cancellation = Cancellation()
    let progress = ProgressMeter { report in
      if report.phase == "render" && report.fraction > 0.2 { cancellation.cancel() }
    }
    let work = WorkContext(threads: 2, progress: progress, cancellation: cancellation)
    #expect(throws: WorkCancelled.self) {
      try Catalogue.verb(named: "dataset")!.run(
        [.flags([("--views", "50"), ("--pixels", "64")])], [model], folder.file(name), 0, nil,
        work)
    }
    #expect(folder.names == ["sample.glb"])
  }

  @Test func foldersOfOthersAreLeftAlone() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    _ = folder.write("precious", as: "set.partial/mine.txt")
    _ = folder.write("precious", as: "full/mine.txt")
    try FileManager.default.createDirectory(
      atPath: folder.file("empty"), withIntermediateDirectories: true)
    let flags = [("--views", "1"), ("--pixels", "32"), ("--points", "10")]
    _ = try run("dataset", [model], folder.file("set/"), flags)
    _ = try run("dataset", [model], folder.file("empty"), flags)
    #expect(throws: (any Error).self) { try run("dataset", [model], folder.file("full"), flags) }
    for path in ["set.partial/mine.txt", "full/mine.txt"] {
      #expect(contents(folder.file(path)) == Array("precious".utf8))
    }
    #expect(FileManager.default.fileExists(atPath: folder.file("set/transforms.json")))
    #expect(FileManager.default.fileExists(atPath: folder.file("empty/transforms.json")))
  }

  @Test func aCloudOfPointsIsInspectedButNotPrintable() throws {
    let folder = TemporaryFolder()
    let header = ["ply", "format ascii 1.0", "element vertex 2", "property float x"]
    let rest = ["property float y", "property float z", "end_header", "0 1 2", "3 1 4", ""]
    let path = folder.write((header + rest).joined(separator: "\n"), as: "cloud.ply")
    let result = try run("inspect", [path], nil, [("--require", "printable")])
    #expect(result.result["points"]?.int == 2 && result.result["triangles"]?.int == 0)
    #expect(result.result["boundingBox"]?["max"]?.array?.map(\.double) == [3, 1, 4])
    #expect(result.unmetGuarantee != nil)
  }

  /// A model that stands on z in its file stands on z in the set, whichever way it is told.
  @Test func datasetsStandUp() throws {
    let folder = TemporaryFolder()
    let tall = Scene(mesh: .box(from: [0, 0, 0], to: [1, 2, 5]))
    for format in [SceneFormat.stl, .ply] {
      let name = "tall.\(format.rawValue)"
      let path = folder.write(
        try SceneFile.encode(tall, as: format, stem: "tall", log: LogSink())[0].bytes, as: name)
      let set = folder.file("set-\(format.rawValue)")
      _ = try run(
        "dataset", [path], set,
        [("--views", "1"), ("--pixels", "32")] + (format == .ply ? [("--up", "z")] : []))
      let cloud = try SceneFile.read(set + "/points3D.ply", log: LogSink()).merged()
      let size = Box(cloud.positions).size
      #expect(size.z > 2 * size.y && size.y > 1.5 * size.x, "\(format): \(size)")
    }
  }

  @Test func convertScalesOnlyBetweenKnownUnits() throws {
    let folder = TemporaryFolder()
    let glb = folder.file("box.glb")
    let scene = Scene(mesh: .box(), unit: .meters)
    _ = folder.write(
      try SceneFile.encode(scene, as: .glb, stem: "box", log: LogSink())[0].bytes, as: "box.glb")
    _ = try run("convert", [glb], folder.file("box.stl"))
    let stl = try SceneFile.read(folder.file("box.stl"), log: LogSink()).merged()
    #expect(stl.bounds.size == [2000, 2000, 2000])
    _ = try run("convert", [folder.file("box.stl")], folder.file("back.glb"))
    let back = try SceneFile.read(folder.file("back.glb"), log: LogSink()).merged()
    #expect((back.bounds.size - [2, 2, 2]).max() < 1e-5)
    _ = try run("convert", [glb], folder.file("box.ply"))
    let ply = try SceneFile.read(folder.file("box.ply"), log: LogSink()).merged()
    #expect(ply.bounds.size == [2, 2, 2])
    _ = try run("convert", [glb], folder.file("inch.obj"), [("--unit", "in")])
    let inches = try SceneFile.read(folder.file("inch.obj"), log: LogSink()).merged()
    #expect(abs(inches.bounds.size.x - 2 / 0.0254) < 1e-3)
  }

  @Test func convertTurnsUp() throws {
    let folder = TemporaryFolder()
    let tall = Scene(mesh: .box(from: [0, 0, 0], to: [1, 3, 2]), unit: .meters)
    let glb = folder.write(
      try SceneFile.encode(tall, as: .glb, stem: "x", log: LogSink())[0].bytes, as: "x.glb")
    _ = try run("convert", [glb], folder.file("x.ply"), [("--up", "z")])
    let size = try SceneFile.read(folder.file("x.ply"), log: LogSink()).merged().bounds.size
    #expect(size == [1, 2, 3])
  }

  @Test func inspectChecksWhatIsRequired() throws {
    let folder = TemporaryFolder()
    let open = try Mesh(positions: [[0, 0, 0], [1, 0, 0], [0, 1, 0]], triangles: [[0, 1, 2]])
    let path = folder.write(
      try SceneFile.encode(Scene(mesh: open), as: .ply, stem: "x", log: LogSink())[0].bytes,
      as: "open.ply")
    #expect(try run("inspect", [path]).unmetGuarantee == nil)
    #expect(try run("inspect", [path], nil, [("--require", "manifold")]).unmetGuarantee == nil)
    let result = try run("inspect", [path], nil, [("--require", "watertight")])
    #expect(result.unmetGuarantee == "the model is not watertight")
    #expect(result.result["boundaryEdges"]?.int == 3)
  }

  // MARK: Files that are read and written

  /// No option's file takes the place of what is read, nor of another that is written.
  @Test(
    arguments: [
      ("repair", ["m.glb"], "o.glb", [("--report", "m.glb")]),
      ("repair", ["m.glb"], "o.glb", [("--report", "o.glb")]),
      ("repair", ["m.glb"], "o.glb", [("--report", "p.png"), ("--picture", "p.png")]),
      ("print", ["m.glb"], "o.stl", [("--certificate", "m.glb")]),
      ("render", ["m.glb"], "p.png", [("--background", "p.png")]),
      (
        "render", ["m.glb"], "p.png", [("--background", "p_front.png"), ("--angles", "front,left")]
      ),
      ("dataset", ["list.json"], "sets/", [("--report", "list.html")]),
      ("dataset", ["m.zip", "n.zip"], "./", []),
      ("dataset", ["m.glb"], "o.zip", [("--contact-sheet", "o.zip")]),
      ("dataset", ["m.glb"], "o.h5", [("--hdf5", "o.h5")]),
      ("turntable", ["m.glb"], "o.mp4", [("--poster", "m.glb")]),
    ] as [(String, [String], String, [(String, String)])])
  func nothingThatIsReadIsOverwritten(
    _ verb: String, _ inputs: [String], _ output: String, _ flags: [(String, String)]
  ) throws {
    let folder = TemporaryFolder()
    let model = contents(try sample(folder))
    for name in ["m.glb", "m.zip", "n.zip"] { _ = folder.write(model, as: name) }
    _ = folder.write("[\"m.glb\"]", as: "list.json")
    for name in ["p.png", "p_front.png"] {
      _ = folder.write(
        try ImageFile.encodePNG(.init(width: 1, height: 1, channels: 3, bytes: [1, 2, 3])), as: name
      )
    }
    let before = folder.names.map { contents(folder.file($0)) }
    #expect(throws: UsageError.self) {
      try run(
        verb, inputs.map(folder.file), folder.file(output),
        flags.map { (flag: $0.0, words: $0.1.contains(".") ? folder.file($0.1) : $0.1) })
    }
    #expect(folder.names.map { contents(folder.file($0)) } == before)
  }

  @Test func formatsOfOneUnitTakeNoOther() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    for name in ["a.3mf", "a.usdz", "a.fbx", "a.glb"] {
      #expect(throws: UsageError.self) {
        try run("convert", [model], folder.file(name), [("--unit", "in")])
      }
    }
  }

  /// A model without a unit is in that of the result, and so is what is asked for in millimetres.
  @Test func millimetersAreThoseOfTheResult() throws {
    let folder = TemporaryFolder()
    let ball = Scene(mesh: Mesh.icosphere(levels: 3))
    let file = try SceneFile.encode(ball, as: .ply, stem: "ball", log: LogSink())[0]
    let path = folder.write(file.bytes, as: "ball.ply")
    let result = try run(
      "hollow", [path], folder.file("o.glb"), [("--wall-millimeters", "100")])
    // A ball of two metres with a wall of a tenth.
    let wall = try SceneFile.read(folder.file("o.glb"), log: LogSink()).merged().report().volume
    #expect(abs(wall / (4 / 3 * .pi * (1 - 0.729)) - 1) < 0.05, "\(wall) \(result.text)")
  }

  /// Cut in one unit, whatever each file has.
  @Test func booleansAreCutInOneUnit() throws {
    let folder = TemporaryFolder()
    func file(_ format: SceneFormat, _ size: Float, _ name: String) throws -> String {
      let mesh = try Mesh(
        positions: Mesh.box().positions.map { $0 * size }, triangles: Mesh.box().triangles)
      let scene = Scene(mesh: mesh, unit: format.unit)
      let bytes = try SceneFile.encode(scene, as: format, stem: "x", log: LogSink())[0].bytes
      return folder.write(bytes, as: name)
    }
    let (meter, millimeters) = (
      try file(.glb, 1, "a.glb"), try file(.stl, 500, "b.stl")
    )
    _ = try run(
      "boolean", [meter, millimeters], folder.file("o.ply"), [("--operation", "difference")])
    let volume = { try SceneFile.read(folder.file($0), log: LogSink()).merged().report().volume }
    #expect(abs(try volume("o.ply") / volume("a.glb") - 7.0 / 8) < 1e-3)
  }

  @Test func lightsStayWhereTheyWere() throws {
    let folder = TemporaryFolder()
    var scene = Scene(mesh: Mesh.icosphere(levels: 3), unit: .meters)
    scene.lights = [Light(.point)]
    let place = Matrix4(linear: .identity, translation: [1, 2, 3])
    scene.nodes.append(.init(parentFromNode: place, light: 0))
    scene.roots.append(scene.nodes.count - 1)
    let file = try SceneFile.encode(scene, as: .glb, stem: "m", log: LogSink())[0]
    _ = try run(
      "decimate", [folder.write(file.bytes, as: "m.glb")], folder.file("o.glb"),
      [("--ratio", "0.5")])
    let after = try SceneFile.read(folder.file("o.glb"), log: LogSink())
    #expect(after.placedLights.count == 1)
    #expect(after.placedLights.first?.worldFromNode.translation == [1, 2, 3])
  }

  @Test func aMissingFileIsASentence() throws {
    for verb in ["optimize", "convert", "inspect"] {
      do {
        _ = try run(verb, ["nowhere.glb"], verb == "inspect" ? nil : "o.glb")
        Issue.record("\(verb) read it")
      } catch let error as any ExplainedError {
        #expect(error.kind == .unreadableInput, "\(verb): \(error)")
      }
    }
  }

  /// A folder of frames is there whole or not at all.
  @Test func cancelledFramesLeaveNothing() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let cancellation = Cancellation()
    let progress = ProgressMeter { if $0.fraction > 0.5 { cancellation.cancel() } }
    #expect(throws: (any Error).self) {
      try Catalogue.verb(named: "turntable")!.run(
        [.flags([("--side", "64"), ("--length-seconds", "2")])], [model], folder.file("frames/"), 0,
        nil, WorkContext(threads: 1, progress: progress, cancellation: cancellation))
    }
    #expect(folder.names == ["sample.glb"])
  }
}
