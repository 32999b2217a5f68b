import Foundation
import LinearMath
import Views

/// A COLMAP model, binary or text, with its pictures in `images`.
enum ColmapReader {
  static func folder(_ files: SetFiles) -> String? {
    ["sparse/0/", "sparse/", "colmap/sparse/0/", ""].first { folder in
      files.has(folder + "cameras.bin") || files.has(folder + "cameras.txt")
    }
  }

  private struct Image {
    let camera: Int
    let name: String
    let pose: Matrix4
    var pixels: [SIMD2<Double>] = []
  }

  private struct Point {
    let position: SIMD3<Double>
    var track: [(image: Int, place: Int)] = []
  }

  private struct Lens {
    let model: String
    let intrinsics: Intrinsics
    let distortion: Distortion?
  }

  private struct Model {
    var lenses: [Int: Lens] = [:]
    var images: [Int: Image] = [:]
    var points: [Point] = []
  }

  static func read(_ files: SetFiles, _ folder: String) throws -> ReadSet {
    let isBinary = files.has(folder + "cameras.bin")
    let model = isBinary ? try binary(files, folder) : try text(files, folder)
    var set = ReadSet(kind: "colmap", pictures: FilePictures(files: files))
    for name in Set(model.lenses.values.map(\.model)).sorted()
    where !["PINHOLE", "SIMPLE_PINHOLE"].contains(name) {
      set.problems.append(
        SetProblem(
          "camera-model",
          "the camera model is \(name); 3D Gaussian Splatting takes PINHOLE and SIMPLE_PINHOLE only",
          at: folder + "cameras"))
      if ["FOV", "THIN_PRISM_FISHEYE"].contains(name) {
        set.problems.append(
          SetProblem(
            "unknown-lens",
            "what the camera model \(name) bends cannot be straightened here; run colmap image_undistorter",
            at: folder + "cameras"))
      }
    }
    var places: [Int: Int] = [:]
    for (id, image) in model.images.sorted(by: { $0.value.name < $1.value.name }) {
      guard
        let file = ["images/", "images_1/", ""].map({ $0 + image.name }).first(where: files.has)
      else {
        set.problems.append(
          SetProblem(
            "missing-file", "the picture \(image.name) is not under images", at: folder + "images"))
        continue
      }
      var view = ReadView(
        name: file, worldFromCamera: Conventions.worldFromCamera(openCVFromWorld: image.pose),
        intrinsics: model.lenses[image.camera]?.intrinsics, image: .file(file))
      view.distortion = model.lenses[image.camera]?.distortion
      view.depth = TransformsReader.sibling(of: file, ["depth_16bit", "depth", "depths"], files)
        .map { .file($0) }
      view.normals = TransformsReader.sibling(of: file, ["normals", "normal"], files)
        .map { .file($0) }
      view.mask = TransformsReader.sibling(of: file, ["masks", "mask"], files).map { .file($0) }
      places[id] = set.views.count
      set.views.append(view)
    }
    for point in model.points {
      var seen: [(view: Int, pixel: SIMD2<Double>)] = []
      for (image, place) in point.track {
        guard let pixels = model.images[image]?.pixels, pixels.indices.contains(place) else {
          set.problems.append(
            SetProblem(
              "bad-track", "a point is listed at a pixel that its picture does not have",
              at: folder + "points3D"))
          return set
        }
        if let view = places[image] { seen.append((view, pixels[place])) }
      }
      set.points.append(ReadPoint(position: point.position, seen: seen))
    }
    if !set.points.isEmpty && set.points.allSatisfy(\.seen.isEmpty) {
      set.problems.append(
        SetProblem(
          "no-tracks", isError: false,
          "no point is listed in any picture; depth-regularised trainers want that",
          at: folder + "points3D"))
    }
    return set
  }

  // MARK: Text

  private static func lines(_ files: SetFiles, _ name: String) throws -> [Substring] {
    String(decoding: try files.read(name), as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).filter {
        !$0.hasPrefix("#")
      }
  }

  private static func text(_ files: SetFiles, _ folder: String) throws -> Model {
    var model = Model()
    func bad(_ name: String) -> ReadingError {
      ReadingError("a line is not understood", folder + name)
    }
    for line in try lines(files, folder + "cameras.txt") where !line.isEmpty {
      let words = line.split(separator: " ")
      let numbers = words.dropFirst(2).compactMap { Double($0) }
      guard words.count > 4, let id = Int(words[0]), numbers.count == words.count - 2,
        let lens = lens(String(words[1]), numbers)
      else { throw bad("cameras.txt") }
      model.lenses[id] = lens
    }
    let rows = try lines(files, folder + "images.txt")
    for row in stride(from: 0, to: rows.count - 1, by: 2) where !rows[row].isEmpty {
      let words = rows[row].split(separator: " ")
      let numbers = words.prefix(9).compactMap { Double($0) }
      guard words.count >= 10, numbers.count == 9, let id = Int(exactly: numbers[0]),
        let camera = Int(exactly: numbers[8])
      else { throw bad("images.txt") }
      var image = image(
        numbers[1...7].map(\.self), camera: camera, words[9...].joined(separator: " "))
      let seen = rows[row + 1].split(separator: " ").compactMap { Double($0) }
      for place in stride(from: 0, to: seen.count - 2, by: 3) {
        image.pixels.append([seen[place], seen[place + 1]])
      }
      model.images[id] = image
    }
    guard files.has(folder + "points3D.txt") else { return model }
    for line in try lines(files, folder + "points3D.txt") where !line.isEmpty {
      let numbers = line.split(separator: " ").compactMap { Double($0) }
      guard numbers.count >= 8 else { throw bad("points3D.txt") }
      var point = Point(position: [numbers[1], numbers[2], numbers[3]])
      for place in stride(from: 8, to: numbers.count - 1, by: 2) {
        guard let image = Int(exactly: numbers[place]), let pixel = Int(exactly: numbers[place + 1])
        else { throw bad("points3D.txt") }
        point.track.append((image, pixel))
      }
      model.points.append(point)
    }
    return model
  }

  private static func image(_ pose: [Double], camera: Int, _ name: String) -> Image {
    let turn = Quaternion(x: pose[1], y: pose[2], z: pose[3], w: pose[0]).matrix
    return Image(
      camera: camera, name: name,
      pose: Matrix4(linear: turn, translation: [pose[4], pose[5], pose[6]]))
  }

  private static func lens(_ model: String, _ numbers: [Double]) -> Lens? {
    guard numbers.count >= 5, let width = Int(exactly: numbers[0]),
      let height = Int(exactly: numbers[1])
    else { return nil }
    // Models with one focal length have it first; then the middle; then what bends the picture.
    let hasOne = [
      "SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL", "SIMPLE_RADIAL_FISHEYE", "RADIAL_FISHEYE",
    ].contains(model)
    let rest = hasOne ? [numbers[2]] + numbers[2...] : Array(numbers[2...])
    guard rest.count >= 4 else { return nil }
    return Lens(
      model: model,
      intrinsics: Intrinsics(
        width: width, height: height, focalX: rest[0], focalY: rest[1], centerX: rest[2],
        centerY: rest[3]),
      distortion: distortion(model, Array(rest[4...])))
  }

  /// COLMAP's orders: k1 k2 p1 p2 k3 k4 k5 k6, the last three of which divide; fisheyes without p.
  private static func distortion(_ model: String, _ numbers: [Double]) -> Distortion? {
    let k = numbers + Array(repeating: 0, count: max(0, 8 - numbers.count))
    let bends: Distortion? =
      switch model {
      case "SIMPLE_RADIAL", "RADIAL": Distortion(radial: [k[0], k[1], 0, 0])
      case "OPENCV", "FULL_OPENCV":
        Distortion(
          radial: [k[0], k[1], k[4], 0], divisor: [k[5], k[6], k[7]], tangential: [k[2], k[3]])
      case "OPENCV_FISHEYE", "SIMPLE_RADIAL_FISHEYE", "RADIAL_FISHEYE":
        Distortion(radial: [k[0], k[1], k[2], k[3]], isFisheye: true)
      default: nil
      }
    return bends
  }

  // MARK: Binary

  private static let models = [
    0: ("SIMPLE_PINHOLE", 3), 1: ("PINHOLE", 4), 2: ("SIMPLE_RADIAL", 4), 3: ("RADIAL", 5),
    4: ("OPENCV", 8), 5: ("OPENCV_FISHEYE", 8), 6: ("FULL_OPENCV", 12), 7: ("FOV", 5),
    8: ("SIMPLE_RADIAL_FISHEYE", 4), 9: ("RADIAL_FISHEYE", 5), 10: ("THIN_PRISM_FISHEYE", 12),
  ]

  private static func binary(_ files: SetFiles, _ folder: String) throws -> Model {
    var model = Model()
    var cameras = BinaryCursor(try files.read(folder + "cameras.bin"), folder + "cameras.bin")
    for _ in 0..<(try cameras.count(atLeast: 24)) {
      let (id, kind) = (try cameras.int32(), try cameras.int32())
      let size = [Double(try cameras.int64()), Double(try cameras.int64())]
      guard let (name, count) = models[kind] else {
        throw ReadingError("camera model \(kind) is not known", folder + "cameras.bin")
      }
      let numbers = try (0..<count).map { _ in try cameras.double() }
      guard let lens = lens(name, size + numbers) else {
        throw ReadingError("a camera makes no sense", folder + "cameras.bin")
      }
      model.lenses[id] = lens
    }
    var images = BinaryCursor(try files.read(folder + "images.bin"), folder + "images.bin")
    for _ in 0..<(try images.count(atLeast: 73)) {
      let id = try images.int32()
      let pose = try (0..<7).map { _ in try images.double() }
      let camera = try images.int32()
      var image = image(pose, camera: camera, try images.text())
      for _ in 0..<(try images.count(atLeast: 24)) {
        image.pixels.append([try images.double(), try images.double()])
        _ = try images.int64()
      }
      model.images[id] = image
    }
    guard files.has(folder + "points3D.bin") else { return model }
    var points = BinaryCursor(try files.read(folder + "points3D.bin"), folder + "points3D.bin")
    for _ in 0..<(try points.count(atLeast: 51)) {
      _ = try points.int64()
      var point = Point(position: [try points.double(), try points.double(), try points.double()])
      try points.skip(3 + 8)
      for _ in 0..<(try points.count(atLeast: 8)) {
        point.track.append((try points.int32(), try points.int32()))
      }
      model.points.append(point)
    }
    return model
  }
}

/// Reads little-endian numbers one after another.
private struct BinaryCursor {
  private let bytes: [UInt8]
  private let name: String
  private var place = 0

  init(_ bytes: [UInt8], _ name: String) { (self.bytes, self.name) = (bytes, name) }

  private mutating func bits(_ size: Int) throws -> UInt64 {
    guard place + size <= bytes.count else { throw ReadingError("the file ends too early", name) }
    defer { place += size }
    var bits: UInt64 = 0
    for index in 0..<size { bits |= UInt64(bytes[place + index]) << (8 * UInt64(index)) }
    return bits
  }

  mutating func int32() throws -> Int { Int(Int32(truncatingIfNeeded: try bits(4))) }
  mutating func int64() throws -> Int { Int(Int64(bitPattern: try bits(8))) }
  mutating func double() throws -> Double { Double(bitPattern: try bits(8)) }
  mutating func skip(_ count: Int) throws { for _ in 0..<count { _ = try bits(1) } }

  /// How many things follow, each of so many bytes or more.
  mutating func count(atLeast size: Int) throws -> Int {
    let count = try int64()
    guard count >= 0, count <= (bytes.count - place) / size else {
      throw ReadingError("the file ends too early", name)
    }
    return count
  }

  mutating func text() throws -> String {
    var text: [UInt8] = []
    while case let byte = UInt8(truncatingIfNeeded: try bits(1)), byte != 0 { text.append(byte) }
    return String(decoding: text, as: UTF8.self)
  }
}
