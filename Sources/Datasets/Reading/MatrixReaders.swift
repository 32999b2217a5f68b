import Archives
import Foundation
import LinearMath
import Settings
import Views

/// Sets whose cameras are matrices of numbers: NeuS, Zero-1-to-3, BOP.
enum MatrixReaders {
  // MARK: NeuS

  static func neus(_ files: SetFiles) throws -> ReadSet {
    let name = "cameras_sphere.npz"
    let archive = try ArchiveReader(try files.read(name))
    let arrays = try archive.read(Set(archive.names), byteLimit: 1 << 28)
    var set = ReadSet(kind: "neus", pictures: FilePictures(files: files))
    func pictures(_ folder: String) -> [String] {
      files.names.filter { $0.hasPrefix(folder + "/") && $0.hasSuffix(".png") }.sorted()
    }
    let (images, masks) = (pictures("image"), pictures("mask"))
    if images.count != masks.count {
      set.problems.append(
        SetProblem(
          "missing-file", "there are \(images.count) pictures and \(masks.count) masks", at: "mask")
      )
    }
    for (index, image) in images.enumerated() {
      guard let bytes = arrays["world_mat_\(index).npy"] else {
        set.problems.append(
          SetProblem("missing-pose", "there is no world_mat_\(index) for \(image)", at: name))
        continue
      }
      let array = try NumPyArray(bytes, "world_mat_\(index)")
      guard array.shape == [4, 4], let (lens, pose) = decomposed(array.values) else {
        set.problems.append(
          SetProblem("bad-pose", "world_mat_\(index) is no projection", at: name))
        continue
      }
      var view = ReadView(
        name: image, worldFromCamera: Conventions.worldFromCamera(openCVFromWorld: pose),
        intrinsics: lens,
        image: .file(image))
      if masks.indices.contains(index) { view.mask = .file(masks[index]) }
      set.views.append(view)
    }
    if arrays.keys.contains(where: { $0.hasPrefix("world_mat_\(images.count)") }) {
      set.problems.append(
        SetProblem(
          "missing-file", "there are matrices for more than the \(images.count) pictures", at: name)
      )
    }
    return set
  }

  /// Intrinsics times pose, taken apart: rows of a rotation times an upper triangle.
  private static func decomposed(_ m: [Double]) -> (Intrinsics, Matrix4)? {
    func row(_ index: Int) -> SIMD3<Double> { [m[4 * index], m[4 * index + 1], m[4 * index + 2]] }
    let scale = row(2).length
    guard scale > 0, scale.isFinite else { return nil }
    let r3 = row(2) / scale
    let (a, b) = (row(0) / scale, row(1) / scale)
    let cy = b.dot(r3)
    let fy = (b - r3 * cy).length
    guard fy > 0 else { return nil }
    let r2 = (b - r3 * cy) / fy
    let cx = a.dot(r3)
    let r1 = r2.cross(r3)
    let fx = a.dot(r1)
    guard fx > 0 else { return nil }
    let t3 = m[11] / scale
    let t2 = (m[7] / scale - cy * t3) / fy
    let t1 = (m[3] / scale - cx * t3) / fx
    let turn = Matrix3(columns: r1, r2, r3).transposed
    // Pixel centres are whole numbers there.
    let lens = Intrinsics(
      width: 0, height: 0, focalX: fx, focalY: fy, centerX: cx + 0.5, centerY: cy + 0.5)
    return (lens, Matrix4(linear: turn, translation: [t1, t2, t3]))
  }

  // MARK: Zero-1-to-3

  static func isZero123(_ name: String) -> Bool {
    let base = (name as NSString).lastPathComponent
    return base.hasSuffix(".npy") && base.count == 7 && Int(base.prefix(3)) != nil
  }

  static func zero123(_ files: SetFiles) throws -> ReadSet {
    var set = ReadSet(kind: "zero123", pictures: FilePictures(files: files))
    for name in files.names.filter(isZero123).sorted() {
      let image = name.dropLast(4) + ".png"
      guard files.has(String(image)) else {
        set.problems.append(
          SetProblem("missing-file", "the picture \(image) is not there", at: name))
        continue
      }
      let array = try NumPyArray(try files.read(name), name)
      guard array.shape == [3, 4] else {
        set.problems.append(
          SetProblem(
            "bad-pose", "the matrix is not of 3 x 4 numbers, as its loader wants", at: name))
        continue
      }
      set.views.append(
        ReadView(
          name: String(image), worldFromCamera: Matrix4(threeRows: array.values).rigidInverse,
          intrinsics: nil, image: .file(String(image))))
    }
    return set
  }

  // MARK: BOP

  static func bop(_ files: SetFiles) throws -> ReadSet {
    var set = ReadSet(kind: "bop", pictures: FilePictures(files: files))
    for name in files.names.filter({ $0.hasSuffix("scene_camera.json") }).sorted() {
      let folder = String(name.dropLast("scene_camera.json".count))
      func json(_ name: String) throws -> JSONValue {
        do {
          return try JSONValue(parsing: Data(try files.read(folder + name)))
        } catch let error as JSONError {
          throw ReadingError("the file is not JSON: \(error.reason)", folder + name)
        }
      }
      let (cameras, truth) = (try json("scene_camera.json"), try json("scene_gt.json"))
      for (key, camera) in cameras.object ?? [] {
        guard let number = Int(key), let pose = pose(camera, truth[key]?.array?.first),
          let k = camera["cam_K"]?.array?.compactMap(\.double), k.count == 9
        else {
          set.problems.append(
            SetProblem("bad-pose", "view \(key) has no pose or no cam_K", at: name))
          continue
        }
        let stem = padded(number, 6)
        guard let image = files.resolve(folder + "rgb/" + stem) else {
          set.problems.append(
            SetProblem("missing-file", "the picture rgb/\(stem) is not there", at: name))
          continue
        }
        var view = ReadView(
          name: image, worldFromCamera: Conventions.worldFromCamera(openCVFromWorld: pose),
          intrinsics: Intrinsics(
            width: 0, height: 0, focalX: k[0], focalY: k[4], centerX: k[2] + 0.5,
            centerY: k[5] + 0.5),
          image: .file(image))
        view.depth = files.resolve(folder + "depth/" + stem).map { .file($0) }
        view.depthCoding = .steps(camera["depth_scale"]?.double ?? 1)
        view.mask = files.resolve(folder + "mask/" + stem + "_000000").map { .file($0) }
        set.views.append(view)
      }
    }
    set.views.sort { $0.name < $1.name }
    return set
  }

  /// World to camera, or object to camera where the camera's is not told.
  private static func pose(_ camera: JSONValue, _ object: JSONValue?) -> Matrix4? {
    let turn = (object?["cam_R_m2c"] ?? camera["cam_R_w2c"])?.array?.compactMap(\.double) ?? []
    let move = (object?["cam_t_m2c"] ?? camera["cam_t_w2c"])?.array?.compactMap(\.double) ?? []
    guard turn.count == 9, move.count == 3 else { return nil }
    let linear = Matrix3(
      columns: [turn[0], turn[3], turn[6]], [turn[1], turn[4], turn[7]],
      [turn[2], turn[5], turn[8]])
    return Matrix4(linear: linear, translation: [move[0], move[1], move[2]])
  }
}
