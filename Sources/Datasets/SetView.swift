import LinearMath
public import Settings
public import Views

/// What a view is for.
public enum DatasetSplit: String, Sendable, CaseIterable {
  case train, validation = "val", test
}

/// A view of a set and its place in it.
public struct SetView: Sendable, Equatable {
  /// Among all views.
  public let index: Int
  public let split: DatasetSplit
  /// Among those for the same.
  public let indexInSplit: Int
  /// In our world: +y up, the object's bounding sphere of radius 1 at the origin.
  public let camera: Camera

  /// Views for training, then those to validate, then those to test.
  public static func list(train: [Camera], validation: [Camera], test: [Camera]) -> [SetView] {
    var views: [SetView] = []
    for (split, cameras) in [
      (DatasetSplit.train, train), (.validation, validation), (.test, test),
    ] {
      for (place, camera) in cameras.enumerated() {
        views.append(
          SetView(index: views.count, split: split, indexInSplit: place, camera: camera))
      }
    }
    return views
  }
}

/// How large the object is, where a layout wants other units than its radius.
public struct ObjectSize: Sendable, Equatable {
  /// The longest side of its bounding box, in radii.
  public let longestSide: Double
  /// What its radius is in millimetres, by the unit of the source.
  public let radiusMillimeters: Double

  public init(longestSide: Double, radiusMillimeters: Double) {
    (self.longestSide, self.radiusMillimeters) = (longestSide, radiusMillimeters)
  }
}

/// The surface alone, in our world.
public struct SetSurface: Sendable {
  public let positions: [SIMD3<Float>]
  public let normals: [SIMD3<Float>]
  public let triangles: [SIMD3<UInt32>]

  public init(
    positions: [SIMD3<Float>], normals: [SIMD3<Float>], triangles: [SIMD3<UInt32>]
  ) {
    (self.positions, self.normals, self.triangles) = (positions, normals, triangles)
  }
}

/// What is known of a set beside its pictures, in our world.
public struct SetRecord: Sendable {
  public let points: [DatasetPoint]
  public let surface: SetSurface
  /// From the source's coordinates to our world.
  public let model: ModelTransform
  /// What `manifest.json` says.
  public let manifest: JSONValue
  /// `model.glb`, where it was asked for.
  public let modelFile: [UInt8]?

  public init(
    points: [DatasetPoint], surface: SetSurface, model: ModelTransform, manifest: JSONValue,
    modelFile: [UInt8]?
  ) {
    (self.points, self.surface, self.model) = (points, surface, model)
    (self.manifest, self.modelFile) = (manifest, modelFile)
  }
}

/// From the source's coordinates to the world: scale, then offset.
public struct ModelTransform: Sendable, Equatable {
  public let scale: Double
  public let offset: SIMD3<Double>

  public init(scale: Double, offset: SIMD3<Double>) { (self.scale, self.offset) = (scale, offset) }
}

/// A point of the initialisation cloud, in our world.
public struct DatasetPoint: Sendable, Equatable {
  public let position: SIMD3<Float>
  public let normal: SIMD3<Float>
  /// sRGB.
  public let color: SIMD3<UInt8>
  /// The views that see it, by index.
  public let views: [Int]

  public init(
    position: SIMD3<Float>, normal: SIMD3<Float>, color: SIMD3<UInt8>, views: [Int] = []
  ) {
    (self.position, self.normal, self.color, self.views) = (position, normal, color, views)
  }
}

/// A file of a set: its name, with forward slashes, and what it holds.
struct SetFile: Sendable {
  let name: String
  let bytes: [UInt8]

  init(_ name: String, _ bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
  init(_ name: String, text: String) { self.init(name, Array(text.utf8)) }
}
