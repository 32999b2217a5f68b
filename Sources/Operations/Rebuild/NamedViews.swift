import Foundation
import Imaging
import LinearMath
import Reconstruction
import Views
import Work

/// One to four pictures without poses, taken from named sides.
struct NamedViews {
  /// What a side looks along, in a +y-up world in which the front faces +z.
  enum Side: String, CaseIterable {
    case front, left, back, right, top

    var toward: SIMD3<Double> {
      switch self {
      case .front: [0, 0, 1]
      case .left: [-1, 0, 0]
      case .back: [0, 0, -1]
      case .right: [1, 0, 0]
      case .top: [0, 1, 1e-9]
      }
    }
  }

  let pictures: [(name: String, image: Image)]

  static func isPicture(_ path: String) -> Bool {
    ["png", "jpg", "jpeg", "webp"].contains(URL(fileURLWithPath: path).pathExtension.lowercased())
  }

  /// Pictures that are opaque have the object found by its colors.
  init(_ paths: [String], masks: String?, log: LogSink) throws {
    let folder = try masks.map { try MaskFolder($0) }
    pictures = try paths.map { path in
      var image = try InputPicture.read(path).rgba8()
      if let mask = try folder?.mask(of: path) { try PosedViews.apply(mask, to: &image, path) }
      if Cutout.isNeeded(for: image), min(image.width, image.height) >= 32 {
        image = try Cutout.applied(to: image, name: path)
        log.warn(
          "\(path) is opaque; the object was found by what its background does not look like")
      }
      return (path, image)
    }
  }

  /// Each picture with the camera of its side: 20 degrees wide, the object spanning 1 / 1.1 of the frame.
  func posed() throws -> [SourceView] {
    try pictures.map { name, image in
      let stem = URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent.lowercased()
      let sides = Side.allCases.filter { stem.contains($0.rawValue) }
      guard sides.count == 1 else {
        throw InputError(
          "unnamed-view",
          "several pictures without cameras must be called after the side they show: front, left, back, right, top",
          name)
      }
      let lens = Intrinsics(
        width: image.width, height: image.height, fieldOfView: 20 * Double.pi / 180)
      return SourceView(
        name: name,
        camera: Camera(
          eye: sides[0].toward * (1.1 / tan(10 * Double.pi / 180)), target: .zero,
          intrinsics: lens), image: image)
    }
  }
}
