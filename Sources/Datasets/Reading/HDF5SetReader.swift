import Archives
import Imaging
import LinearMath
import Views

/// A set in an HDF5 file: arrays whose first dimension is the view, under the names that are usual.
enum HDF5SetReader {
  /// A set for each group that holds images.
  static func readAll(_ path: String) throws -> [ReadSet] {
    let file: HDF5Reader
    do {
      file = try HDF5Reader(path: path)
    } catch {
      throw ReadingError(error.message, path)
    }
    let groups = Set(
      file.datasets.filter { $0.shape.count == 4 && imageNames.contains(name(of: $0)) }.map {
        group(of: $0)
      }
    ).sorted()
    let sets = try (groups.isEmpty ? ["/"] : groups).map { try read(file, path, group: $0) }
    return sets.count == 1 ? sets.map { set in renamed(set, "") } : sets
  }

  private static let imageNames = ["images", "rgba", "rgb", "colors"]

  private static func name(of dataset: HDF5Reader.Dataset) -> String {
    String(dataset.path.split(separator: "/").last ?? "").lowercased()
  }

  private static func group(of dataset: HDF5Reader.Dataset) -> String {
    "/" + dataset.path.split(separator: "/").dropLast().joined(separator: "/")
  }

  private static func renamed(_ set: ReadSet, _ name: String) -> ReadSet {
    var set = set
    set.name = name
    return set
  }

  private static func read(_ file: HDF5Reader, _ path: String, group: String) throws -> ReadSet {
    // Arrays of the group, or below it.
    let below = file.datasets.filter {
      group == "/" || ("/" + $0.path.drop { $0 == "/" }).hasPrefix(group + "/")
    }
    func find(_ names: [String]) -> HDF5Reader.Dataset? {
      let found = below.filter { names.contains(name(of: $0)) }
      return found.first { Self.group(of: $0) == group } ?? found.first
    }
    guard let images = find(imageNames), images.shape.count == 4,
      let poses = find(["c2w", "poses", "camera_to_world", "transform_matrix"]),
      poses.shape.count == 3, let lenses = find(["k", "intrinsics"])
    else {
      throw ReadingError(
        "there are no arrays of images, poses (c2w) and intrinsics in it", path)
    }
    var set = ReadSet(kind: "hdf5", pictures: HDF5Pictures(path: path))
    set.name = String(group.dropFirst())
    if poses.shape[0] != images.shape[0] {
      set.problems.append(
        SetProblem(
          "missing-pose", "there are \(images.shape[0]) images and \(poses.shape[0]) poses",
          at: poses.path))
    }
    let others = (
      depth: find(["depth", "depths"]), normals: find(["normals", "normal"]),
      masks: find(["masks", "mask"])
    )
    for array in [others.depth, others.normals, others.masks].compactMap(\.self)
    where !(3...4).contains(array.shape.count) || array.shape[0] < images.shape[0] {
      throw ReadingError("the array \(array.path) is not one of pictures for all views", path)
    }
    let materials = MaterialLayer.allCases.compactMap { layer in
      find([layer.rawValue]).flatMap {
        (3...4).contains($0.shape.count) && $0.shape[0] >= images.shape[0] ? (layer, $0) : nil
      }
    }
    let isOneLens = lenses.shape == [3, 3]
    guard isOneLens || lenses.shape[0] >= images.shape[0] else {
      throw ReadingError("there are fewer intrinsics than images", path)
    }
    for index in 0..<min(images.shape[0], poses.shape[0]) {
      let rows = try file.numbers(poses, at: index)
      guard rows.count >= 12 else { throw ReadingError("poses are not of 3 x 4 numbers", path) }
      let k =
        isOneLens
        ? try (0..<3).flatMap { try file.numbers(lenses, at: $0) }
        : try file.numbers(lenses, at: index)
      let n = k.count == 9 ? [k[0], k[4], k[2], k[5]] : k
      guard n.count == 4 else {
        throw ReadingError("intrinsics are neither 3 x 3 nor 4 numbers", path)
      }
      var view = ReadView(
        name: "\(images.path)[\(index)]", worldFromCamera: Matrix4(threeRows: rows),
        intrinsics: Intrinsics(
          width: images.shape[2], height: images.shape[1], focalX: n[0], focalY: n[1],
          centerX: n[2], centerY: n[3]),
        image: .slice(array: images.path, index: index))
      view.depth = others.depth.map { .slice(array: $0.path, index: index) }
      view.depthCoding = .steps(
        others.depth.flatMap { file.attribute($0.path, "scale")?.first } ?? 0.001)
      view.normals = others.normals.map { .slice(array: $0.path, index: index) }
      view.mask = others.masks.map { .slice(array: $0.path, index: index) }
      for (layer, array) in materials {
        view.material[layer] = .slice(array: array.path, index: index)
      }
      set.views.append(view)
    }
    if let scale = file.attribute(group, "model_scale")?.first,
      let offset = file.attribute(group, "model_offset"), offset.count == 3
    {
      set.model = ModelTransform(scale: scale, offset: [offset[0], offset[1], offset[2]])
    }
    return set
  }
}

/// Slices of arrays. The file is opened for each, since a handle does not travel between threads.
private struct HDF5Pictures: PictureStore {
  let path: String

  private func opened(_ source: PictureSource) throws -> (HDF5Reader, HDF5Reader.Dataset, Int) {
    let file = try HDF5Reader(path: path)
    guard case .slice(let array, let index) = source,
      let dataset = file.datasets.first(where: { $0.path == array })
    else { throw ReadingError("the array is not there", path) }
    return (file, dataset, index)
  }

  func image(_ source: PictureSource) throws -> Image {
    let (file, dataset, index) = try opened(source)
    let channels = dataset.shape.count > 3 ? dataset.shape[3] : 1
    guard (1...4).contains(channels) else {
      throw ReadingError("a picture has \(channels) channels", dataset.path)
    }
    return Image(
      width: dataset.shape[2], height: dataset.shape[1], channels: channels,
      bytes: try file.bytes(dataset, at: index))
  }

  func numbers(_ source: PictureSource) throws -> PictureNumbers {
    let (file, dataset, index) = try opened(source)
    let isWhole = dataset.element != .float32 && dataset.element != .float64
    return PictureNumbers(
      channels: dataset.shape.count > 3 ? dataset.shape[3] : 1,
      values: try file.numbers(dataset, at: index).map { Float($0) }, isWhole: isWhole,
      largest: dataset.element == .uint16 ? 65_535 : 255)
  }

  func digest(_ source: PictureSource) throws -> String {
    Digest.sha256(of: try image(source).bytes)
  }
}
