import Foundation
import Settings
import TestSupport
import Testing

/// The contract that scripts rely on: exit codes, what goes where, one sentence for each mistake.
@Suite(.serialized) struct CommandLineTests {
  private let folder = TemporaryFolder()

  private func sample() throws -> String {
    let path = folder.file("s.glb")
    let made = try Program.run(["sample", "-o", path, "--texture-size", "64", "--quiet"])
    try #require(made.status == 0, "\(made.error)")
    return path
  }

  @Test(arguments: [
    (["--version"], "maquette "), (["--help"], "dataset"), (["dataset", "--help"], "--coverage"),
    (["presets"], "100x800"), (["completions", "bash"], "complete -o default"),
    (["completions", "fish"], "complete -c maquette"), (["man"], ".TH MAQUETTE 1"),
    (["completions", "zsh"], "#compdef maquette"), (["completions", "fish"], "another\\'s"),
    (["man", "decimate"], "\\fB\\-\\-target\\-triangles\\fR \\fIN\\fR"),
    (["man", "decimate", "--markdown"], "| `--target-triangles N` |"),
  ])
  func helpIsAResult(_ words: [String], _ text: String) throws {
    let outcome = try Program.run(words)
    #expect(outcome.status == 0 && outcome.output.contains(text) && outcome.error.isEmpty)
  }

  @Test(
    arguments: [
      ([], 2, ""), (["datset"], 2, "did you mean dataset?"), (["inspect"], 2, "one input"),
      (["inspect", "x.glb", "--requre", "manifold"], 2, "did you mean --require?"),
      (["inspect", "x.glb", "--require", "pretty"], 2, "watertight, manifold"),
      (["inspect", "x.glb", "-o", "y"], 2, "writes no file"),
      (["dataset", "x.glb"], 2, "needs -o"),
      (["dataset", "x.glb", "-o", "y.zip", "--views", "0"], 2, "1 to 100000"),
      (["dataset", "x.glb", "-o", "y.rar"], 2, "a set is a .zip, a .tar, a .h5, or a folder"),
      (["dataset", "x.glb", "-o", "y.zip", "--contact-sheet", "y.jpg"], 2, "ends in .png"),
      (["convert", "x.glb", "-o", "./x.glb"], 2, "-o would overwrite"),
      (["inspect", "x.glb", "--json=no"], 2, "takes no value"),
      (["dataset", "x.glb", "-o", "y.zip", "--views"], 2, "needs a value"),
      (["dataset", "x.glb", "-o", "y.zip", "--preset", "7x7"], 2, "100x800"),
      (["dataset", "x.glb", "-o", "y.zip", "--threads", "none"], 2, "1 to 1024"),
      (["convert", "x.glb", "-o", "y.docx"], 2, ".glb, .gltf, .obj, .stl, .ply"),
      (["decimate", "x.stl", "-o", "y.stl"], 2, "--target-triangles, --target-vertices, --ratio"),
      (["decimate", "x.stl", "-o", "y.stl", "--ratio", "2"], 2, "to 1"),
      (["remesh", "x.stl", "-o", "y.stl", "--edge-length", "-1"], 2, "--edge-length"),
      (["compare", "x.stl"], 2, "takes 2 inputs"),
      (["render", "x.glb", "-o", "y.bmp"], 2, ".png, .jpg, .webp or .exr"),
      (
        ["render", "x.glb", "-o", "y.jpg", "--background", "transparent"], 2,
        "cannot be transparent"
      ),
      (["render", "x.glb", "-o", "y.png", "--background", "#12"], 2, "#ff8800"),
      (["render", "x.glb", "-o", "y.png", "--background", "z.png"], 3, "no such picture"),
      (["render", "x.glb", "-o", "y.png", "--angles", "front,up"], 2, "three-quarter"),
      (["render", "x.glb", "-o", "y.png", "--format", "exr"], 2, "does not fit"),
      (["render", "x.glb", "-o", "y.png", "--width", "9000"], 2, "16 to 8192"),
      (["render", "x.glb", "-o", "y/", "--angles", "0,0"], 2, "names something twice"),
      (["render", "x.glb", "-o", "y.png", "--aov", "uv,depth,uv"], 2, "names something twice"),
      (["inspect", "/nowhere/x.glb"], 3, "not there"), (["inspect", "/tmp"], 3, "a folder"),
      (["inspect", "x.docx"], 3, ".glb, .gltf, .obj, .stl, .ply, .off, .3mf, .zip"),
    ] as [([String], Int32, String)])
  func mistakesGetASentenceAndACode(_ words: [String], _ status: Int32, _ hint: String) throws {
    let outcome = try Program.run(words)
    #expect(outcome.status == status)
    #expect(outcome.error.contains(hint) || hint.isEmpty, "\(outcome.error)")
    let lines = outcome.error.split(separator: "\n")
    #expect(words.isEmpty || lines.count == 1, "\(outcome.error)")
  }

  /// The result of a run that has to go well.
  private func result(_ words: [String]) throws -> JSONValue {
    let outcome = try Program.run(words + ["--json"])
    try #require(outcome.status == 0, "\(outcome.error)")
    return try #require(try JSONValue(parsing: Data(outcome.output.utf8))["result"])
  }

  @Test func meshesAreDecimatedRemeshedAndCompared() throws {
    let model = try sample()
    let (small, even) = (folder.file("small.stl"), folder.file("even.stl"))
    let decimated = try result(["decimate", model, "--ratio", "0.3", "-o", small])
    let before = try #require(decimated["trianglesBefore"]?.double)
    #expect(try #require(decimated["triangles"]?.double) <= 0.31 * before)
    #expect(try #require(decimated["meanErrorPercent"]?.double) < 1)
    let remeshed = try result(["remesh", model, "--target-triangles", "4000", "-o", even])
    #expect(remeshed["hausdorffPercent"]?.double != nil)
    let same = try result(["compare", model, model, "--samples", "1000"])
    #expect(same["fScore"]?["1.0"]?.double == 1)
    let strict = try Program.run(["compare", even, model, "--max-hausdorff-percent", "0"])
    #expect(strict.status == 1 && strict.error.contains("largest distance"))
  }

  @Test(arguments: [["decimate", "--ratio", "0.2"], ["remesh", "--target-triangles", "3000"]])
  func materialsSurvive(_ words: [String]) throws {
    let (model, output) = (try sample(), folder.file("\(words[0]).glb"))
    let made = try Program.run([words[0], model, "-o", output] + words.dropFirst())
    try #require(made.status == 0, "\(made.error)")
    func facts(_ path: String) throws -> [JSONValue?] {
      let outcome = try Program.run(["inspect", path, "--json"])
      let result = try JSONValue(parsing: Data(outcome.output.utf8))["result"]
      return ["materials", "textures", "watertight", "components"].map { result?[$0] }
    }
    #expect(try facts(output) == facts(model))
  }

  /// A box without its lid, as text.
  private static let openBox = """
    v 0 0 0
    v 10 0 0
    v 0 10 0
    v 10 10 0
    v 0 0 10
    v 10 0 10
    v 0 10 10
    v 10 10 10
    f 1 3 4 2
    f 1 2 6 5
    f 3 7 8 4
    f 1 5 7 3
    f 2 4 8 6
    """

  @Test func brokenModelsAreRepairedHollowedAndCut() throws {
    let open = folder.write(Self.openBox, as: "open.obj")
    let (solid, changes) = (folder.file("solid.stl"), folder.file("changes.json"))
    let (hollow, cut) = (folder.file("hollow.stl"), folder.file("cut.ply"))
    #expect(try Program.run(["inspect", open, "--require", "printable"]).status == 1)
    let repaired = try result(["repair", open, "-o", solid, "--report", changes])
    #expect(repaired["printable"] == .bool(true) && repaired["tier"] == .string("conservative"))
    #expect(repaired["untouchedPercent"]?.double == 100)
    #expect(repaired["volume"]?.double.map { abs($0 - 1000) < 1e-3 } ?? false)
    let kinds = try #require(repaired["changes"]?.array).map { $0["kind"] }
    #expect(kinds == [.string("holes-filled")])
    #expect(try JSONValue(parsing: Data(contents(changes))) == repaired)
    #expect(try Program.run(["inspect", solid, "--require", "printable"]).status == 0)
    let walls = try result(["hollow", solid, "-o", hollow, "--wall-millimeters", "1"])
    #expect(try #require(walls["wallMinMillimeters"]?.double) >= 0.98)
    #expect(try #require(walls["volumeSavedPercent"]?.double) > 45)
    let less = try result(["boolean", solid, hollow, "-o", cut, "--operation", "difference"])
    #expect(try #require(less["volume"]?.double) > 450)
    // What is no solid is refused where one is needed, and a solid that is not there is not invented.
    let flat = folder.write("v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n", as: "flat.obj")
    let lost = folder.file("lost.stl")
    for words in [["repair", flat], ["hollow", open], ["boolean", open, solid]] {
      let refused = try Program.run(words + ["-o", lost])
      #expect(refused.status == 3 && !refused.error.isEmpty)
    }
    #expect(!folder.names.contains("lost.stl"))
  }

  @Test(arguments: ["stl", "3mf"]) func printsComeWithACertificate(_ format: String) throws {
    let open = folder.write(Self.openBox, as: "open.obj")
    let part = folder.file("part.\(format)")
    let words = [
      "print", open, "-o", part, "--height-millimeters", "30", "--base", "--up", "z",
      "--wall-millimeters", "2", "--preset", "resin", "--skip-thumbnail",
    ]
    let paper = try result(words)
    #expect(try JSONValue(parsing: Data(contents(folder.file("part.certificate.json")))) == paper)
    #expect(paper["printable"]?.bool == true && paper["material"] == "resin")
    #expect(abs((paper["heightMillimeters"]?.double ?? 0) - 30) < 1e-3)
    #expect(paper["trappedPockets"] == .array([]))
    #expect((paper["properties"]?.array ?? []).allSatisfy { $0["holds"]?.bool == true })
    // The certificate names the very file, and another command finds what it says.
    let digest = try result(["inspect", part, "--require", "printable"])
    #expect(
      digest["volume"]?.double.map { abs($0 / 1000 - paper["volumeMillilitres"]!.double!) < 1e-6 }
        ?? false)
    #expect(paper["file"]?["bytes"]?.int == contents(part).count)
    let usage = try Program.run(["print", open, "-o", folder.file("part.glb")])
    #expect(usage.status == 2 && usage.error.contains(".stl or .3mf"))
  }

  @Test func stillsComeWithTheirNumbers() throws {
    let (model, stills) = (try sample(), folder.file("stills/"))
    let words = ["render", model, "--width", "96", "--height", "64", "--quiet"]
    let many = try result(
      words + ["-o", stills, "--angles", "front,90:30,-45", "--aov", "depth,id,position"])
    #expect(many["views"] == 3 && many["engine"]?.string != nil)
    #expect(many["objects"]?.array?.isEmpty == false)
    let names = try FileManager.default.contentsOfDirectory(atPath: stills)
    #expect(names.count == 12 && names.contains("front.png") && names.contains("90_30_depth.png"))
    for (name, first) in [
      ("a.jpg", [0xFF, 0xD8]), ("a.webp", [0x52, 0x49]), ("a.exr", [0x76, 0x2F]),
    ]
      as [(String, [UInt8])]
    {
      let path = folder.file(name)
      #expect(try result(words + ["-o", path, "--aov", "depth,normal,uv"])["views"] == 1)
      #expect(contents(path).starts(with: first))
    }
    let several = try Program.run(words + ["-o", "-", "--aov", "depth"])
    #expect(several.status == 2 && several.error.contains("takes one file"))
    #expect(try Program.run(words + ["-o", folder.file("B.JPEG")]).status == 0)
    #expect(folder.names.contains("B.JPEG"))
    let wrong = try Program.run(words + ["-o", folder.file("v.png"), "--variant", "gold"])
    #expect(wrong.status == 2 && wrong.error.contains("the file has none"))
    #expect(!folder.names.contains { $0.contains("partial") || $0 == "v.png" })
  }

  @Test func jsonIsOneObjectAndNothingElse() throws {
    let outcome = try Program.run(["inspect", try sample(), "--json"])
    #expect(outcome.status == 0)
    let object = try JSONValue(parsing: Data(outcome.output.utf8))
    #expect(object["verb"] == "inspect" && object["result"]?["watertight"]?.bool == true)
    for key in ["version", "inputs", "outputs", "warnings", "timings"] {
      #expect(object[key] != nil)
    }
    let failed = try Program.run(["inspect", "/nowhere.glb", "--json"])
    let error = try JSONValue(parsing: Data(failed.output.utf8))
    #expect(failed.status == 3 && error["error"]?["where"] == "/nowhere.glb")
    #expect(error["error"]?["code"]?.string != nil && error["error"]?["message"]?.string != nil)
  }

  @Test func unmetGuaranteeIsOne() throws {
    let path = folder.write("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", as: "open.obj")
    #expect(try Program.run(["inspect", path, "--require", "watertight"]).status == 1)
    #expect(try Program.run(["inspect", path, "--require", "manifold"]).status == 0)
  }

  @Test func outputsAreWholeAndNamed() throws {
    let model = try sample()
    let zip = folder.file("new/folder/set.zip")
    let outcome = try Program.run([
      "dataset", model, "-o", zip, "--views", "2", "--pixels", "64", "--json", "--quiet",
    ])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let output = try JSONValue(parsing: Data(outcome.output.utf8))["outputs"]?.array?.first
    #expect(output?["path"]?.string == zip)
    #expect(output?["bytes"]?.int == contents(zip).count)
    #expect(output?["sha256"]?.string?.count == 64)
    let standard = try Program.run(["sample", "-o", "-", "--texture-size", "64"])
    #expect(standard.status == 0 && standard.output.hasPrefix("glTF"))
  }

  /// Two processes, so that the driver too runs with one and with two threads.
  @Test func sameBytesOnOneAndTwoThreads() throws {
    let model = try sample()
    for threads in ["1", "2"] {
      let outcome = try Program.run([
        "dataset", model, "-o", folder.file(threads + ".zip"), "--views", "3", "--pixels", "200",
        "--threads", threads, "--quiet",
      ])
      #expect(outcome.status == 0, "\(outcome.error)")
    }
    #expect(contents(folder.file("1.zip")) == contents(folder.file("2.zip")))
    #expect(contents(folder.file("1.zip")).count > 50_000)
  }

  @Test(arguments: [["inspect", "MODEL", "--json"], ["inspect", "MODEL"], ["sample", "-o", "-"]])
  func aFullStandardOutputIsFour(_ words: [String]) throws {
    let model = try sample()
    let line = words.map { $0 == "MODEL" ? model : $0 }.joined(separator: " ")
    let outcome = try Program.run(
      executable: "/bin/sh", ["-c", "\(Program.path) \(line) > /dev/full"])
    #expect(outcome.status == 4 && outcome.error.contains("standard output"), "\(outcome.error)")
  }

  @Test func contactSheetsOverwriteNothing() throws {
    let model = try sample()
    let before = contents(model)
    for path in [model, folder.file("x.zip")] {
      let outcome = try Program.run([
        "dataset", model, "-o", folder.file("x.zip"), "--views", "1", "--contact-sheet", path,
      ])
      #expect(outcome.status == 2)
    }
    #expect(contents(model) == before && folder.names == ["s.glb"])
  }

  @Test func failureKeepsTheOldFile() throws {
    let old = folder.write("precious", as: "set.zip")
    let outcome = try Program.run([
      "dataset", folder.write("nonsense", as: "x.glb"), "-o", old, "--views", "2",
    ])
    #expect(outcome.status == 3)
    #expect(contents(old) == Array("precious".utf8))
    #expect(folder.names == ["set.zip", "x.glb"])
  }

  @Test func unwritableOutputIsFour() throws {
    let model = try sample()
    #expect(try Program.run(["convert", model, "-o", "/proc/nowhere/x.stl"]).status == 4)
    #expect(try Program.run(["convert", model, "-o", model + "/x.stl"]).status == 4)
  }

  /// Without a single driver the GL engine says so; the software engine needs none.
  @Test func missingDriverIsFive() throws {
    let model = try sample()
    func drawn(by engine: String) throws -> Int32 {
      try Program.run(
        executable: "/usr/bin/env",
        [
          "__EGL_VENDOR_LIBRARY_DIRS=/nowhere", Program.path, "dataset", model, "-o",
          folder.file("\(engine).zip"), "--engine", engine, "--views", "1", "--pixels", "64",
        ]
      ).status
    }
    #expect(try drawn(by: "gl") == 5 && !folder.names.contains("gl.zip"))
    #expect(try drawn(by: "auto") == 0 && folder.names.contains("auto.zip"))
  }

  @Test func interruptLeavesNothing() throws {
    let model = try sample()
    let outcome = try Program.run(
      ["dataset", model, "-o", folder.file("x.zip"), "--views", "5000", "--pixels", "400"],
      interruptAfter: 1.5)
    #expect(outcome.status == 130)
    #expect(folder.names == ["s.glb"])
  }

  // MARK: COLMAP

  /// Pictures without cameras, and what COLMAP would find for them.
  private func photographs() throws -> String {
    let made = try Program.run([
      "dataset", sample(), "-o", folder.file("set/"), "--layout", "colmap", "--views", "12",
      "--pixels",
      "96", "--coverage", "sphere", "--points", "50", "--quiet", "--background", "transparent",
    ])
    try #require(made.status == 0, "\(made.error)")
    return folder.file("set/images")
  }

  @Test func withoutCOLMAPItsPackageIsNamed() throws {
    let outcome = try Program.run(
      ["reconstruct", photographs(), "-o", folder.file("r.glb")], searching: "/nowhere")
    #expect(outcome.status == 5)
    #expect(outcome.error.contains("apt-get install colmap"), "\(outcome.error)")
  }

  /// A stand-in for COLMAP, whose mapper answers with a model that is known.
  @Test func camerasAreAskedOfCOLMAP() throws {
    let pictures = try photographs()
    let script = folder.write(
      """
      #!/bin/sh
      [ "$1" = mapper ] || exit 0
      while [ "$1" != --output_path ]; do shift; done
      mkdir -p "$2/0" && cp \(folder.file("set/sparse/0"))/* "$2/0/"
      """, as: "bin/colmap")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    let outcome = try Program.run(
      [
        "reconstruct", pictures, "-o", folder.file("r.glb"), "--resolution", "64", "--texture-size",
        "128", "--json",
      ], searching: folder.file("bin") + ":/usr/bin:/bin")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("\"views\":12"), "\(outcome.output)")
  }
}
