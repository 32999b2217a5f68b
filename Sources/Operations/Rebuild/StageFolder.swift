import Foundation
import Formats
import Imaging
import Reconstruction
import Scenes
import Work

/// Where what each step of rebuilding leaves is put: for eyes masks and depth as PNG, surfaces and confirmed points as
/// PLY, and for a later run of the same input what took long.
struct StageFolder {
  private let path: String
  /// A digest of all that the records of this run depend on.
  var key = ""

  init(_ path: String) { self.path = path }

  /// A folder in it, which is made where it is missing.
  func folder(_ name: String) throws -> URL {
    let place = URL(fileURLWithPath: path).appendingPathComponent(name)
    do {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    } catch {
      throw OutputError("cannot-create-folder", systemReason(error), place.path)
    }
    return place
  }

  /// What `keep` has put there under the same key; its first line is that key.
  func recall(_ name: String) -> [UInt8]? {
    guard let data = FileManager.default.contents(atPath: "\(path)/\(name).resume") else {
      return nil
    }
    let head = [UInt8]((key + "\n").utf8)
    guard !key.isEmpty, data.starts(with: head) else { return nil }
    return [UInt8](data.dropFirst(head.count))
  }

  func keep(_ stage: RebuildStage, _ work: WorkContext) throws {
    switch stage {
    case .mesh(let name, let mesh):
      let file = "\(path)/\(name).ply"
      _ = try ModelOutput.write(
        Scene(mesh: mesh, unit: .meters), as: try SceneFormat(path: file, writing: true), to: file,
        work)
    case .picture(let name, let image):
      try StagedFile.write(
        try ImageFile.encodePNG(image), to: "\(path)/\(Self.inside(name)).png")
    case .points(let name, let points):
      try StagedFile.write(Self.cloud(points), to: "\(path)/\(name).ply")
    case .record(let name, let bytes):
      try StagedFile.write([UInt8]((key + "\n").utf8) + bytes, to: "\(path)/\(name).resume")
    }
  }

  private static func cloud(_ points: [(position: SIMD3<Float>, normal: SIMD3<Float>)]) -> [UInt8] {
    var header = "ply\nformat binary_little_endian 1.0\nelement vertex \(points.count)\n"
    for name in ["x", "y", "z", "nx", "ny", "nz"] { header += "property float \(name)\n" }
    var bytes = [UInt8]((header + "end_header\n").utf8)
    bytes.reserveCapacity(bytes.count + 24 * points.count)
    for (p, n) in points {
      for number in [p.x, p.y, p.z, n.x, n.y, n.z] {
        let bits = number.bitPattern
        for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * byte))) }
      }
    }
    return bytes
  }

  /// A name of the set's, which is a stranger's, as one below this folder.
  private static func inside(_ name: String) -> String {
    let parts = name.split(separator: "/").filter { $0 != ".." && $0 != "." }
    return (parts.joined(separator: "/") as NSString).deletingPathExtension
  }

  /// The pictures as they go into rebuilding: straight, with the object as alpha.
  func keep(_ views: [SourceView]) throws {
    for view in views {
      try StagedFile.write(
        try ImageFile.encodePNG(view.image), to: "\(path)/views/\(Self.inside(view.name)).png")
    }
  }
}
