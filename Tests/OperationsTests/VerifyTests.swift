import Foundation
import Imaging
import Operations
import Settings
import TestSupport
import Testing
import Work

/// Sets that are right, and sets with one thing wrong.
@Suite struct VerifyTests {
  private static let flags = [("--views", "10"), ("--pixels", "160"), ("--points", "300")]

  @discardableResult
  private func run(
    _ verb: String, _ inputs: [String], _ output: String? = nil, _ flags: [(String, String)] = []
  ) throws -> VerbResult {
    try Catalogue.verb(named: verb)!.run(
      [.flags(flags.map { (flag: $0.0, words: $0.1) })], inputs, output, 0, nil,
      WorkContext(threads: 2))
  }

  private func sample(_ folder: TemporaryFolder) throws -> String {
    let path = folder.file("sample.glb")
    try run("sample", [], path, [("--texture-size", "64")])
    return path
  }

  /// The codes of what is found: errors, and with a mark warnings.
  private func codes(_ result: VerbResult) -> Set<String> {
    Set(
      (result.result["problems"]?.array ?? []).map {
        ($0["severity"] == "error" ? "" : "~") + ($0["code"]?.string ?? "")
      })
  }

  // MARK: Right

  @Test(arguments: [
    "dxgl", "nerfstudio", "nerf-synthetic", "colmap", "3dgs", "instant-ngp", "trellis", "zero123",
    "neus",
    "bop", "webdataset",
  ])
  func ourLayoutsAreRight(_ layout: String) throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let set = folder.file(layout == "webdataset" ? "set.tar" : "set.zip")
    try run("dataset", [model], set, Self.flags + [("--layout", layout)])
    let result = try run("verify", [set], nil, [("--mesh", model)])
    #expect(result.unmetGuarantee == nil)
    // Small pictures leave few edge pixels to read alpha from.
    #expect(codes(result).isEmpty, "\(result.text)")
    #expect((result.result["maskIoUMin"]?.double ?? 0) > 0.998)
    if let depth = result.result["depthRMSEPercent"]?.double { #expect(depth < 0.05) }
    #expect(codes(try run("verify", [set])).isEmpty)
  }

  /// Without our transforms.json beside them, by what others read.
  @Test(arguments: [("zero123", true), ("neus", false), ("bop", true)])
  func othersCamerasAreRead(_ layout: String, hasNoLens: Bool) throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    try run(
      "dataset", [model], folder.file("set/"),
      Self.flags + [("--layout", layout), ("--field-of-view-degrees", "49.13434")])
    let truth = try run("verify", [folder.file("set")], nil, [("--mesh", model)])
    #expect(codes(truth).isEmpty, "\(truth.text)")
    try FileManager.default.removeItem(atPath: folder.file("set/transforms.json"))
    let result = try run("verify", [folder.file("set")], nil, [("--mesh", model)])
    #expect(codes(result).isEmpty, "\(result.text)")
    #expect(result.result["kind"]?.string == layout)
    #expect((result.result["maskIoUMin"]?.double ?? 0) > 0.998)
  }

  // MARK: Wrong

  private func alter(_ path: String, _ change: (inout [String: Any]) -> Void) throws {
    let data = Data(contents(path))
    var json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&json)
    try JSONSerialization.data(withJSONObject: json).write(to: URL(fileURLWithPath: path))
  }

  private func alterPictures(
    _ folder: String, _ change: (inout [UInt8], _ pixel: Int, _ image: Image) -> Void
  ) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let path = folder + "/" + name
      let image = try ImageFile.decode(contents(path)).image
      var bytes = image.bytes
      for pixel in 0..<image.width * image.height { change(&bytes, pixel, image) }
      let altered = Image(
        width: image.width, height: image.height, channels: image.channels,
        bitsPerSample: image.bitsPerSample, bytes: bytes)
      try Data(try ImageFile.encodePNG(altered)).write(to: URL(fileURLWithPath: path))
    }
  }

  private func alterFrames(_ set: String, _ change: (inout [[String: Any]]) -> Void) throws {
    try alter(set + "/transforms.json") { json in
      var frames = json["frames"] as! [[String: Any]]
      change(&frames)
      json["frames"] = frames
    }
  }

  private func alterDepth(
    _ set: String, _ change: (Double, _ pixel: Int, _ image: Image) -> Double
  ) throws {
    try alterPictures(set + "/depth") { bytes, pixel, image in
      let code = Int(bytes[2 * pixel]) | Int(bytes[2 * pixel + 1]) << 8
      guard code > 0 else { return }
      let altered = Int(min(65_535, max(1, change(Double(code), pixel, image).rounded())))
      bytes[2 * pixel] = UInt8(altered & 255)
      bytes[2 * pixel + 1] = UInt8(altered >> 8)
    }
  }

  enum Fault: String, CaseIterable {
    case swappedAxes, inverseMatrices, premultiplied, invertedDepth, depthAlongRay, depthUnit
    case missingFrame, missingFile, unnamedPicture, repeatedView, wrongPose, damagedPicture
    case partOfMasks, mirroredPose, onlySomeSplits, turnedNormals
  }

  private func plant(_ fault: Fault, in set: String) throws {
    let manager = FileManager.default
    switch fault {
    case .swappedAxes:
      try alterFrames(set) { frames in
        for index in frames.indices {
          var rows = frames[index]["transform_matrix"] as! [[Double]]
          for row in 0..<3 { for column in 1...2 { rows[row][column] *= -1 } }
          frames[index]["transform_matrix"] = rows
        }
      }
    case .inverseMatrices:
      try alterFrames(set) { frames in
        for index in frames.indices {
          let m = frames[index]["transform_matrix"] as! [[Double]]
          var inverse = m
          for row in 0..<3 {
            for column in 0..<3 { inverse[row][column] = m[column][row] }
            inverse[row][3] = -(0..<3).reduce(0) { $0 + m[$1][row] * m[$1][3] }
          }
          frames[index]["transform_matrix"] = inverse
        }
      }
    case .premultiplied:
      try alterPictures(set + "/images") { bytes, pixel, _ in
        for channel in 0..<3 {
          bytes[4 * pixel + channel] = UInt8(
            Int(bytes[4 * pixel + channel]) * Int(bytes[4 * pixel + 3]) / 255)
        }
      }
    case .invertedDepth: try alterDepth(set) { depth, _, _ in 5060 - depth }
    case .depthAlongRay:
      let json = try JSONValue(parsing: Data(contents(set + "/transforms.json")))
      let focal = json["fl_x"]!.double!
      try alterDepth(set) { depth, pixel, image in
        let x = (Double(pixel % image.width) + 0.5 - Double(image.width) / 2) / focal
        let y = (Double(pixel / image.width) + 0.5 - Double(image.height) / 2) / focal
        return depth * (1 + x * x + y * y).squareRoot()
      }
    case .depthUnit: try alter(set + "/transforms.json") { $0["integer_depth_scale"] = 1 }
    case .missingFrame:
      try alterFrames(set) { $0.remove(at: 4) }
      for kind in ["images", "depth", "normals"] {
        try manager.removeItem(atPath: "\(set)/\(kind)/frame_00004.png")
      }
    case .missingFile: try manager.removeItem(atPath: set + "/images/frame_00003.png")
    case .unnamedPicture: try alterFrames(set) { $0.removeLast() }
    case .repeatedView:
      try Data(contents(set + "/images/frame_00002.png"))
        .write(to: URL(fileURLWithPath: set + "/images/frame_00005.png"))
    case .wrongPose:
      try alterFrames(set) { frames in
        frames[0]["transform_matrix"] = frames[1]["transform_matrix"]
      }
    case .damagedPicture:
      let path = set + "/images/frame_00007.png"
      try Data(contents(path).prefix(3000)).write(to: URL(fileURLWithPath: path))
    case .partOfMasks: try alterFrames(set) { $0[0]["mask_path"] = "images/frame_00000.png" }
    case .mirroredPose:
      try alterFrames(set) { frames in
        var rows = frames[0]["transform_matrix"] as! [[Double]]
        for row in 0..<3 { rows[row][0] *= -1 }
        frames[0]["transform_matrix"] = rows
      }
    case .onlySomeSplits:
      try alter(set + "/transforms.json") { $0["train_filenames"] = ["images/frame_00000.png"] }
    case .turnedNormals:
      try alterPictures(set + "/normals") { bytes, pixel, _ in
        bytes.swapAt(3 * pixel, 3 * pixel + 1)
      }
    }
  }

  /// What is found with the model, and without it (nothing: it cannot be seen then).
  @Test(arguments: [
    (Fault.swappedAxes, "axes-swapped", "axes-swapped"),
    (.inverseMatrices, "silhouette", "axes-mixed"),
    (.premultiplied, "premultiplied-alpha", "premultiplied-alpha"),
    (.invertedDepth, "depth-inverted", "~depth-disagrees"),
    (.depthAlongRay, "depth-along-ray", "wrong-depth"), (.depthUnit, "depth-unit", "wrong-depth"),
    (.missingFrame, "missing-frame", "missing-frame"),
    (.missingFile, "missing-file", "missing-file"),
    (.unnamedPicture, "missing-frame", "missing-frame"),
    (.repeatedView, "repeated-view", "repeated-view"), (.wrongPose, "silhouette", "repeated-pose"),
    (.damagedPicture, "damaged-picture", "damaged-picture"),
    (.partOfMasks, "partly-there", "partly-there"), (.mirroredPose, "bad-pose", "bad-pose"),
    (.onlySomeSplits, "partial-split", "partial-split"), (.turnedNormals, "normals", ""),
  ])
  func faultsAreFound(_ fault: Fault, withModel: String, alone: String) throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let set = folder.file("set")
    try run("dataset", [model], set + "/", Self.flags + [("--layout", "nerfstudio")])
    try plant(fault, in: set)
    let result = try run("verify", [set], nil, [("--mesh", model)])
    #expect(result.unmetGuarantee != nil)
    #expect(codes(result).contains(withModel), "\(fault): \(result.text)")
    let blind = try run("verify", [set])
    if alone.isEmpty {
      #expect(blind.unmetGuarantee == nil)
    } else {
      #expect(codes(blind).contains(alone), "\(fault) alone: \(blind.text)")
    }
  }

  /// A picture drawn half a pixel beside where its pose puts it.
  @Test func halfAPixelIsFound() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    try run("dataset", [model], folder.file("right/"), Self.flags + [("--layout", "nerfstudio")])
    let cameras = folder.file("cameras.json")
    try Data(contents(folder.file("right/transforms.json"))).write(
      to: URL(fileURLWithPath: cameras))
    try alter(cameras) { ($0["cx"], $0["cy"]) = (80.5, 80.5) }
    let set = folder.file("set")
    try run(
      "dataset", [model], set + "/",
      Self.flags + [("--layout", "nerfstudio"), ("--cameras", cameras)])
    let told = try run("verify", [set])
    #expect(codes(told) == ["~half-pixel-center"], "\(told.text)")
    try alter(set + "/transforms.json") { ($0["cx"], $0["cy"]) = (80, 80) }
    let result = try run("verify", [set], nil, [("--mesh", model)])
    #expect(codes(result).contains("half-pixel-shift"), "\(result.text)")
  }

  /// Numbers that nobody means end in a problem or in a sentence, with the model and without.
  @Test(arguments: [
    ("w", 320.0, "wrong-size"), ("h", -5, "wrong-size"), ("w", 1_000_000_000, "wrong-size"),
    ("fl_x", 0, "no-lens"), ("fl_x", -170, "no-lens"), ("cx", 1e300, "bad-lens"),
    ("camera_angle_x", 0.5, "lens-contradicts"),
  ])
  func nonsenseIsFound(_ key: String, _ value: Double, _ code: String) throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let set = folder.file("set")
    let flags = [("--views", "4"), ("--pixels", "64"), ("--points", "50")]
    try run("dataset", [model], set + "/", flags + [("--layout", "nerfstudio")])
    try alter(set + "/transforms.json") {
      $0[key] = value == value.rounded() ? Int(exactly: value) ?? value : value
    }
    #expect(codes(try run("verify", [set])).contains(code))
    #expect(codes(try run("verify", [set], nil, [("--mesh", model)])).contains(code))
  }

  @Test func posesWithoutNumbersAreFound() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let set = folder.file("set")
    try run("dataset", [model], set + "/", Self.flags + [("--layout", "nerfstudio")])
    try alterFrames(set) {
      $0[2]["transform_matrix"] = [[1e300, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    }
    #expect(codes(try run("verify", [set], nil, [("--mesh", model)])).contains("bad-pose"))
    try plant(.damagedPicture, in: set)
    #expect(codes(try run("verify", [set], nil, [("--mesh", model)])).contains("damaged-picture"))
  }

  @Test func brokenArchivesAreFound() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let set = folder.file("set.zip")
    try run("dataset", [model], set, Self.flags)
    var bytes = contents(set)
    try Data(bytes.prefix(bytes.count / 2)).write(to: URL(fileURLWithPath: set))
    #expect(throws: (any Error).self) { try run("verify", [set]) }
    // One wrong byte in the middle of a picture.
    bytes[5000] ^= 0xFF
    try Data(bytes).write(to: URL(fileURLWithPath: set))
    #expect(codes(try run("verify", [set])).contains("damaged-picture"))
    for nonsense in [
      "nothing.zip", folder.write("text", as: "x.zip"), folder.write("text", as: "x.h5"),
    ] {
      #expect(throws: (any Error).self) { try run("verify", [nonsense]) }
    }
  }

  @Test func modelsThatDisagreeAreFound() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let set = folder.file("set")
    try run("dataset", [model], set + "/", Self.flags)
    let images = String(decoding: contents(set + "/sparse/0/images.txt"), as: UTF8.self)
    let lines = images.split(separator: "\n", omittingEmptySubsequences: false)
    var words = lines[2].split(separator: " ")
    words[7] = "9"
    let altered = (lines[..<2] + [Substring(words.joined(separator: " "))] + lines[3...])
      .joined(separator: "\n")
    try Data(altered.utf8).write(to: URL(fileURLWithPath: set + "/sparse/0/images.txt"))
    let found = codes(try run("verify", [set]))
    #expect(found.contains("models-disagree"))
  }

  /// Pictures that stand on their heads, beside masks that do not.
  @Test func mirroredPicturesAreFound() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let set = folder.file("set")
    try run(
      "dataset", [model], set + "/",
      Self.flags + [
        ("--layout", "neus"), ("--background", "white"), ("--field-of-view-degrees", "20"),
      ])
    #expect(codes(try run("verify", [set])).isEmpty)
    try alterPictures(set + "/image") { bytes, pixel, image in
      let (w, h, c) = (image.width, image.height, image.channels)
      guard pixel / w < h / 2 else { return }
      let other = (h - 1 - pixel / w) * w + pixel % w
      for channel in 0..<c { bytes.swapAt(pixel * c + channel, other * c + channel) }
    }
    #expect(codes(try run("verify", [set])).contains("mask-disagrees"))
  }

  /// A cloud with +y up where the set has +z up.
  @Test func aCloudWithOtherAxesIsFound() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let set = folder.file("set")
    try run("dataset", [model], set + "/", Self.flags)
    #expect(codes(try run("verify", [set])).isEmpty)
    let path = set + "/points3D.ply"
    var bytes = contents(path)
    let start = try #require(bytes.firstRange(of: Array("end_header\n".utf8))).upperBound
    for point in stride(from: start, to: bytes.count - 26, by: 27) {
      for byte in 0..<4 { bytes.swapAt(point + 4 + byte, point + 8 + byte) }
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(codes(try run("verify", [set])).contains("cloud-elsewhere"))
  }

  /// Groups of a file, folders of a folder, archives of a folder, and what instant-ngp tests on.
  @Test func severalSetsInOnePlaceAreAllRead() throws {
    let folder = TemporaryFolder()
    let model = try sample(folder)
    let flags = [("--views", "4"), ("--pixels", "64"), ("--points", "50")]
    let second = folder.file("second.glb")
    try FileManager.default.copyItem(atPath: model, toPath: second)
    try run("dataset", [model, second], nil, flags + [("--hdf5", folder.file("all.h5"))])
    try run("dataset", [model, second], folder.file("many/"), flags)
    try run(
      "dataset", [model], folder.file("layouts/"),
      flags + [("--layout", "nerfstudio,neus,bop,zero123,3dgs,instant-ngp")])
    try run(
      "dataset", [model], folder.file("ngp/"),
      flags + [("--layout", "instant-ngp"), ("--test-fraction", "0.5")])
    for (name, count) in [("all.h5", 2), ("many", 2), ("layouts", 6), ("ngp", 3)] {
      let result = try run("verify", [folder.file(name)], nil, [("--mesh", model)])
      #expect(result.unmetGuarantee == nil, "\(name): \(result.text)")
      #expect(result.result["sets"]?.array?.count == count, "\(name): \(result.text)")
    }
    try FileManager.default.removeItem(atPath: folder.file("ngp/test/images/00000.png"))
    let found = try run("verify", [folder.file("ngp")])
    #expect(codes(found).contains("missing-file"))
    #expect(found.unmetGuarantee?.contains("test") == true)
  }
}
