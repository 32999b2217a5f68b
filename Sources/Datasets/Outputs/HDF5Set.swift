import Archives
import Foundation
import LinearMath
import Settings
import Views

/// A set in one HDF5 file. Until it is whole its chunks lie in an archive, because an HDF5 file that is killed while
/// it is written cannot be read again.
struct HDF5Set: Sendable {
  let arrays: [ViewArray]

  init(_ settings: DatasetSettings) {
    arrays =
      [.images, .depth, .normals, .masks]
      + settings.aov.filter { $0 != .depth }.map { .numbers($0) }
  }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    arrays.map { ("\($0.name)/\(view.index)", .chunk($0)) }
  }

  /// Puts the chunks into a file.
  func write(
    _ chunks: StoredArchive, _ views: [SetView], _ set: SetRecord, to path: String,
    shownAs name: String
  ) throws {
    var file = try HDF5Writer(path: path, shownAs: name)
    let lens = views[0].camera.intrinsics
    for (place, array) in arrays.enumerated() {
      let shape =
        [views.count, lens.height, lens.width] + (array.channels > 1 ? [array.channels] : [])
      try file.addChunked(array.name, array.element, shape: shape) { store in
        for index in views.indices {
          try store(index, try chunks.bytes(of: chunks.entries[index * arrays.count + place]))
        }
      }
      try file.set(array.name, "description", .text(array.meaning))
    }
    try file.set("depth", "unit", .text("radii of the object's bounding sphere"))
    try addCameras(views, to: file)
    try addPoints(set.points, to: file)
    try addAttributes(set, to: file)
    try file.finish()
  }

  private func addCameras(_ views: [SetView], to file: borrowing HDF5Writer) throws {
    var (poses, lenses, splits): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    for view in views {
      let pose = Conventions.transformMatrix(view.camera)
      for number in pose.rows.joined() { poses.append(little: number.bitPattern) }
      let lens = Conventions.openCVProjection(view.camera).linear
      for number in lens.rows.joined() { lenses.append(little: number.bitPattern) }
      splits.append(UInt8(DatasetSplit.allCases.firstIndex(of: view.split)!))
    }
    try file.add("c2w", .float64, shape: [views.count, 4, 4], poses)
    try file.set(
      "c2w", "description",
      .text("camera to world, OpenGL axes: +x right, +y up, looking along -z; world +z up"))
    try file.add("intrinsics", .float64, shape: [views.count, 3, 3], lenses)
    try file.set(
      "intrinsics", "description",
      .text("fx 0 cx, 0 fy cy, 0 0 1 in pixels; the middle of the first pixel is at 0.5"))
    try file.add("split", .uint8, shape: [views.count], splits)
    try file.set("split", "description", .text("0 train, 1 validation, 2 test"))
  }

  private func addPoints(_ points: [DatasetPoint], to file: borrowing HDF5Writer) throws {
    var (positions, normals, colors): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    for point in points {
      for (vector, isPlace) in [(point.position, true), (point.normal, false)] {
        let turned = Conventions.datasetVector(SIMD3<Double>(vector))
        for axis in 0..<3 {
          let bits = Float(turned[axis]).bitPattern
          if isPlace { positions.append(little: bits) } else { normals.append(little: bits) }
        }
      }
      for channel in 0..<3 { colors.append(point.color[channel]) }
    }
    try file.addGroup("points")
    try file.add("points/positions", .float32, shape: [points.count, 3], positions)
    try file.add("points/normals", .float32, shape: [points.count, 3], normals)
    try file.add("points/colors", .uint8, shape: [points.count, 3], colors)
  }

  private func addAttributes(_ set: SetRecord, to file: borrowing HDF5Writer) throws {
    let offset = Conventions.datasetVector(set.model.offset)
    try file.set("/", "model_scale", .number(set.model.scale))
    try file.set("/", "model_offset", .numbers([offset.x, offset.y, offset.z]))
    try file.set(
      "/", "world",
      .text("right-handed, +z up; the object's bounding sphere has radius 1 at the origin"))
    try file.set("/", "manifest", .text(set.manifest.text()))
  }
}
