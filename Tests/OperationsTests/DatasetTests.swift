import Archives
import Foundation
import Operations
import Settings
import TestSupport
import Testing
import Work

@Suite struct DatasetTests {
  private func sample(_ folder: TemporaryFolder, as name: String = "sample.glb") throws -> String {
    let path = folder.file(name)
    _ = try run("sample", [], path, [("--texture-size", "64")])
    return path
  }

  private static let small = [("--views", "6"), ("--pixels", "48"), ("--points", "200")]

  @discardableResult
  private func run(
    _ verb: String, _ inputs: [String], _ output: String?, _ flags: [(String, String)],
    cancelAt fraction: Double = 2
  ) throws -> VerbResult {
    let cancellation = Cancellation()
    let progress = ProgressMeter { report in
      if report.fraction >= fraction { cancellation.cancel() }
    }
    return try Catalogue.verb(named: verb)!.run(
      [.flags(flags.map { (flag: $0.0, words: $0.1) })], inputs, output, 0, nil,
      WorkContext(threads: 1, progress: progress, cancellation: cancellation))
  }

  /// All files below a folder with what they hold.
  private func tree(_ path: String) -> [String: [UInt8]] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    let pairs = names.filter { FileManager.default.contents(atPath: path + "/" + $0) != nil }
      .map { ($0, contents(path + "/" + $0)) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  // MARK: Going on

  @Test(arguments: [
    ("a.zip", "dxgl"), ("a.tar", "webdataset"), ("a", "colmap"), ("a.h5", "dxgl"),
    ("a", "webdataset"),
    ("a.zip", "nerf-synthetic,bop"),
  ])
  func aStoppedRunGoesOnToTheSameBytes(_ name: String, _ layout: String) throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let flags =
      Self.small + [("--layout", layout), ("--resume", "true"), ("--shard-views", "4")]
    try run("dataset", [model], folder.file("whole/" + name), flags)
    let path = folder.file("part/" + name)
    for stop in [0.3, 0.5, 0.9] {
      #expect(throws: WorkCancelled.self) {
        try run("dataset", [model], path, flags, cancelAt: stop)
      }
      #expect(!FileManager.default.fileExists(atPath: path))
      // What is there is used: a file that was altered would be seen in the end.
    }
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder.file("part"))
    #expect(kept.count == 1 && kept[0].hasSuffix(".partial"))
    try run("dataset", [model], path, flags)
    #expect(tree(folder.file("part")) == tree(folder.file("whole")))
    #expect(!tree(folder.file("part")).isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("part")).count == 1)
  }

  /// Views that are there are not drawn again: the altered one comes through.
  @Test func whatIsThereIsUsed() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let flags = Self.small + [("--resume", "true")]
    #expect(throws: WorkCancelled.self) {
      try run("dataset", [model], folder.file("set/"), flags, cancelAt: 0.6)
    }
    let partial = folder.names.first { $0.hasSuffix(".partial") }!
    let picture = folder.file(partial + "/images/frame_00000.png")
    #expect(!contents(picture).isEmpty)
    try Data("altered".utf8).write(to: URL(fileURLWithPath: picture))
    try run("dataset", [model], folder.file("set/"), flags)
    #expect(contents(folder.file("set/images/frame_00000.png")) == Array("altered".utf8))
    // Whole, it is left alone, and another set does not take its place.
    let again = try run("dataset", [model], folder.file("set/"), flags)
    #expect(again.result["viewsPerSecond"] == .null)
    #expect(throws: (any Error).self) {
      try run("dataset", [model], folder.file("set/"), flags + [("--exposure-stops", "1")])
    }
  }

  @Test func anotherSetDoesNotGoOnWithIt() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let flags = Self.small + [("--resume", "true")]
    #expect(throws: WorkCancelled.self) {
      try run("dataset", [model], folder.file("a.zip"), flags, cancelAt: 0.6)
    }
    let other = flags + [("--exposure-stops", "1")]
    try run("dataset", [model], folder.file("a.zip"), other)
    try run("dataset", [model], folder.file("b.zip"), other)
    #expect(contents(folder.file("a.zip")) == contents(folder.file("b.zip")))
  }

  // MARK: Parts

  @Test(arguments: [["0/3", "1/3", "2/3"], ["1/3", "2/3", "3/3"]])
  func partsOfOneModelFillOneFolder(_ parts: [String]) throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    try run("dataset", [model], folder.file("whole/"), Self.small)
    for part in parts.reversed() {
      try run("dataset", [model], folder.file("parts/"), Self.small + [("--shard", part)])
    }
    #expect(tree(folder.file("parts")) == tree(folder.file("whole")))
    let error = #expect(throws: (any Error).self) {
      try run("dataset", [model], folder.file("x.zip"), Self.small + [("--shard", "0/2")])
    }
    #expect((error as? any ExplainedError)?.kind == .usage)
  }

  /// Parts fill a folder of their own, of one set.
  @Test func partsDoNotMix() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let part = [("--shard", "0/2")]
    _ = folder.write("precious", as: "full/images/frame_00000.png")
    #expect(throws: (any Error).self) {
      try run("dataset", [model], folder.file("full/"), Self.small + part)
    }
    #expect(contents(folder.file("full/images/frame_00000.png")) == Array("precious".utf8))
    try run("dataset", [model], folder.file("set/"), Self.small + part)
    #expect(!FileManager.default.fileExists(atPath: folder.file("set/transforms.json")))
    #expect(throws: (any Error).self) {
      try run(
        "dataset", [model], folder.file("set/"), Self.small + part + [("--exposure-stops", "1")])
    }
    try run("dataset", [model], folder.file("set/"), Self.small + [("--shard", "1/2")])
    #expect(FileManager.default.fileExists(atPath: folder.file("set/transforms.json")))
    #expect(!folder.names.contains { $0.hasSuffix(".partial") })
  }

  /// What would be passed over in silence is refused, whatever group the option stands in.
  @Test(arguments: [
    [("--distance", "0")], [("--mask-bits", "4")], [("--layout", "colmap,colmap")],
    [("--layout", "nerf-synthetic"), ("--test-fraction", "0")], [("--report", "x.html")],
    [("--layout", "webdataset"), ("--shard", "0/2")],
  ])
  func senselessOptionsAreRefused(_ flags: [(String, String)]) throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    #expect(throws: (any Error).self) { try run("dataset", [model], folder.file("set/"), flags) }
    #expect(folder.names == ["sample.glb"])
  }

  @Test func partsOfManyModelsMakeTheWhole() throws {
    let folder = TemporaryFolder()
    for name in ["a", "b", "c/d", "c/e"] { _ = try sample(folder, as: "models/\(name).glb") }
    try run("dataset", [folder.file("models")], folder.file("whole/"), Self.small)
    for part in 0..<3 {
      try run(
        "dataset", [folder.file("models")], folder.file("parts/"),
        Self.small + [("--shard", "\(part)/3")])
    }
    let whole = tree(folder.file("whole"))
    #expect(whole.keys.sorted() == ["a.zip", "b.zip", "c/d.zip", "c/e.zip"])
    #expect(tree(folder.file("parts")) == whole)
  }

  // MARK: Many

  @Test func aBadModelIsToldAndLeftOut() throws {
    let folder = TemporaryFolder()
    _ = try sample(folder, as: "models/good.glb")
    _ = folder.write("nonsense", as: "models/bad.glb")
    _ = folder.write("no model", as: "models/readme.txt")
    let page = folder.file("page.html")
    let result = try run(
      "dataset", [folder.file("models")], folder.file("sets"),
      Self.small + [("--report", page), ("--container", "folder")])
    #expect(result.unmetGuarantee?.contains("one model was left out") == true)
    #expect(result.result["models"]?.int == 1 && result.result["views"]?.int == 6)
    #expect(result.result["failed"]?.array?.count == 1)
    #expect(tree(folder.file("sets")).keys.contains("good/transforms.json"))
    let html = String(decoding: contents(page), as: UTF8.self)
    #expect(html.contains("page_files/good.png") && html.contains("left out"))
    #expect(contents(folder.file("page_files/good.png")).count > 1000)
    #expect(try JSONValue(parsing: Data(contents(folder.file("page.json"))))["models"]?.int == 1)
  }

  @Test(arguments: ["json", "csv"])
  func aListGivesEachModelItsOptions(_ kind: String) throws {
    let folder = TemporaryFolder()
    _ = try sample(folder, as: "m/one.glb")
    let text =
      kind == "json"
      ? """
      [{"input": "m/one.glb", "name": "small", "pixels": 32},
       {"input": "m/one.glb", "views": 2, "background": ["white"]}]
      """
      : "input,name,pixels,views,background\nm/one.glb,small,32,,\n\"m/one.glb\",one,,2,white\n"
    let list = folder.write(text, as: "list." + kind)
    let result = try run(
      "dataset", [list], folder.file("sets/"), Self.small + [("--container", "folder")])
    #expect(result.result["views"]?.int == 8)
    let small = try JSONValue(parsing: Data(contents(folder.file("sets/small/transforms.json"))))
    #expect(small["w"]?.int == 32 && small["frames"]?.array?.count == 6)
    let one = try JSONValue(parsing: Data(contents(folder.file("sets/one/manifest.json"))))
    #expect(one["settings"]?["views"]?.int == 2 && one["settings"]?["background"] == ["white"])
  }

  @Test(arguments: [
    ("[{\"input\": \"x.glb\", \"veiws\": 3}]", "json", "did you mean views"),
    ("[{\"name\": \"x\"}]", "json", "no \"input\""), ("{}", "json", "no array"),
    ("{", "json", "not JSON"), ("[]", "json", "names no model"),
    ("[{\"input\": \"x.glb\", \"name\": \"../x\"}]", "json", "which is no name"),
    ("name\nx", "csv", "no column"), ("input,views\nx.glb", "csv", "1 cells"),
    ("input,views\nx.glb,many", "csv", "views"), ("[\"a/x.glb\", \"b/x.glb\"]", "json", "both"),
  ])
  func badListsAreRefused(_ text: String, _ kind: String, _ words: String) {
    let folder = TemporaryFolder()
    let list = folder.write(text, as: "list." + kind)
    let error = #expect(throws: (any Error).self) {
      try run("dataset", [list], folder.file("sets/"), [])
    }
    #expect("\(error!)".contains(words), "\(error!)")
  }

  /// Light that is drawn by lot differs between models and is the same in every run.
  @Test func lightIsDrawnByLot() throws {
    let folder = TemporaryFolder()
    for name in ["a", "b"] { _ = try sample(folder, as: "m/\(name).glb") }
    let flags =
      Self.small + [("--random-light", "true"), ("--container", "folder")]
    try run("dataset", [folder.file("m")], folder.file("one/"), flags)
    try run("dataset", [folder.file("m")], folder.file("two/"), flags)
    #expect(tree(folder.file("one")) == tree(folder.file("two")))
    let (a, b) = (try turn(folder.file("one/a")), try turn(folder.file("one/b")))
    #expect(a != 0 && b != 0 && abs(a - b) > 0.5)
  }

  private func turn(_ set: String) throws -> Double {
    let manifest = try JSONValue(parsing: Data(contents(set + "/manifest.json")))
    return manifest["settings"]?["lightRotationDegrees"]?.double ?? 0
  }

  /// A picture beside the model is part of what a set is made from.
  @Test func whatLiesBesideTheModelCounts() throws {
    let folder = TemporaryFolder()
    let triangle = "mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0.5\nusemtl m\nf 1 2 3\n"
    let model = folder.write(triangle, as: "a.obj")
    _ = folder.write("newmtl m\nKd 1 0 0\n", as: "a.mtl")
    let flags = Self.small + [("--resume", "true")]
    try run("dataset", [model], folder.file("set.zip"), flags)
    #expect(try run("dataset", [model], folder.file("set.zip"), flags).text.contains("already"))
    let red = contents(folder.file("set.zip"))
    _ = folder.write("newmtl m\nKd 0 1 0\n", as: "a.mtl")
    try run("dataset", [model], folder.file("set.zip"), flags)
    #expect(contents(folder.file("set.zip")) != red)
  }

  /// Lists of a file with cameras are followed; lenses that bend are told of.
  @Test func camerasKeepTheirSplits() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    try run("dataset", [model], folder.file("one/"), Self.small + [("--test-fraction", "0.34")])
    let cameras = folder.file("one/transforms.json")
    let result = try run(
      "dataset", [model], folder.file("two/"), Self.small + [("--cameras", cameras)])
    #expect(result.result["trainViews"]?.int == 6 && result.result["testViews"]?.int == 2)
    let text = String(decoding: contents(cameras), as: UTF8.self)
    let bent = folder.write("{\"k3\": 0.1," + text.dropFirst(), as: "bent.json")
    let log = LogSink()
    _ = try Catalogue.verb(named: "dataset")!.run(
      [.flags((Self.small + [("--cameras", bent)]).map { (flag: $0.0, words: $0.1) })], [model],
      folder.file("three/"), 0, nil, WorkContext(threads: 1, log: log))
    #expect(log.warnings.contains { $0.contains("k3") })
  }

  @Test func partsOfARunHaveAPageEach() throws {
    let folder = TemporaryFolder()
    let models = [try sample(folder), try sample(folder, as: "other.glb")]
    for part in ["0/2", "1/2"] {
      try run(
        "dataset", models, folder.file("sets/"),
        Self.small + [("--shard", part), ("--report", folder.file("page.html"))])
    }
    #expect(
      folder.names.filter { $0.hasSuffix(".html") } == ["page-0-of-2.html", "page-1-of-2.html"])
  }

  /// Sixteen bits of depth end at 65 radii, and names of three digits at a thousand views.
  @Test(arguments: [
    [("--distance", "80"), ("--field-of-view-degrees", "5")],
    [("--layout", "neus"), ("--views", "1001"), ("--pixels", "16")],
  ])
  func whatALayoutCannotHoldIsRefused(_ flags: [(String, String)]) throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    do {
      try run("dataset", [model], folder.file("a.zip"), [("--points", "10")] + flags)
      Issue.record("it was made")
    } catch let error as any ExplainedError { #expect(error.kind == .usage, "\(error)") }
    #expect(folder.names == ["sample.glb"])
  }

  /// Samples of webdataset are told by their names: with two backgrounds too, nothing else is among them.
  @Test func samplesStayAmongThemselves() throws {
    let folder = TemporaryFolder()
    try run(
      "dataset", [try sample(folder)], folder.file("a.tar"),
      Self.small + [
        ("--layout", "webdataset"), ("--background", "white,black"), ("--aov", "albedo"),
      ])
    let names = try ArchiveReader(path: folder.file("a.tar")).names
    let samples = names.filter { !$0.contains("__maquette__") }
    #expect(samples.allSatisfy { $0.contains("transforms_") || $0.contains("/") }, "\(samples)")
    let stems = Dictionary(grouping: samples) { $0.prefix { $0 != "." } }
    #expect(Set(stems.values.map(\.count)).count == 1, "\(stems.mapValues(\.count))")
  }

  /// Options of the whole run have no meaning for one of its models.
  @Test(arguments: ["report", "hdf5", "contactSheet", "shard"])
  func aModelOfSeveralHasNoneOfTheRunsOptions(_ option: String) throws {
    let folder = TemporaryFolder()
    _ = try sample(folder)
    let list = folder.write(
      "[{\"input\": \"sample.glb\", \"\(option)\": \"1/2\"}, \"sample.glb\"]", as: "list.json")
    do {
      try run("dataset", [list], folder.file("o/"), Self.small)
      Issue.record("it was made")
    } catch let error as any ExplainedError {
      #expect(error.kind == .unreadableInput && "\(error)".contains(option), "\(error)")
    }
  }
}
