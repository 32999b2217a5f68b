import LinearMath
import Settings
import Views

/// What TRELLIS's toolkit renders: the longest side of the object is 1.
struct TrellisLayout: Layout {
  let options: LayoutOptions

  private var unit: Double { 1 / options.size.longestSide }

  /// The nearest and farthest depth that its 16-bit pictures tell apart, in its units.
  private func range(_ view: SetView) -> (near: Double, far: Double) {
    let distance = view.camera.eye.length * unit
    return (distance - 3.0.squareRoot() / 2, distance + 3.0.squareRoot() / 2)
  }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    let range = range(view)
    return [
      (padded(view.index, 3) + ".png", .color(options.background)),
      (
        padded(view.index, 3) + "_depth.png",
        .depthBetween(near: range.near / unit, far: range.far / unit)
      ),
    ]
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    var transforms = TransformsJSON(views, set)
    transforms.unit = unit
    let offset = Conventions.datasetVector(set.model.offset) * unit
    transforms.head = [
      ("aabb", [[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]]),
      ("scale", .number(set.model.scale * unit)),
      ("offset", [.number(offset.x), .number(offset.y), .number(offset.z)]),
    ]
    transforms.extra = { view in
      let range = range(view)
      return [
        ("camera_angle_x", .number(view.camera.intrinsics.fieldOfViewX)),
        ("depth", ["min": .number(range.near), "max": .number(range.far)]),
      ]
    }
    return [
      SetFile("transforms.json", text: transforms.text { padded($0.index, 3) + ".png" }),
      SetFile("mesh.ply", SurfacePLY.bytes(set.surface, unit: unit)),
    ]
  }
}

/// A picture and its matrix for each view, and `transforms.json` besides: the original tells no angle of view.
struct Zero123Layout: Layout {
  let options: LayoutOptions

  private var unit: Double { 1 / options.size.longestSide }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    let pose = (Conventions.transformMatrix(view.camera, unit: unit)).rigidInverse
    return [
      (padded(view.index, 3) + ".png", .color(options.background)),
      (padded(view.index, 3) + ".npy", .numpy(Array(pose.rows[..<3].joined()), shape: [3, 4])),
    ]
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    var transforms = TransformsJSON(views, set)
    transforms.unit = unit
    return [SetFile("transforms.json", text: transforms.text { padded($0.index, 3) + ".png" })]
  }
}

/// Samples of one name each. A sample's JSON is a `transforms.json` of one view, so that every sample tells all of
/// itself.
struct WebDatasetLayout: Layout {
  let options: LayoutOptions

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    let key = "transforms_" + padded(view.index, 5)
    var transforms = TransformsJSON([view], nil)
    transforms.depth = { _ in key + ".depth.npy" }
    transforms.isDepthFloat = true
    transforms.normals = { _ in key + ".normal.png" }
    transforms.extra = { view in [("split", .string(view.split.rawValue))] }
    return [
      (key + ".png", .color(options.background)),
      (key + ".depth.npy", .numbers(.depth, .npy, scale: 1)), (key + ".normal.png", .normals),
      (key + ".mask.png", .mask(bits: options.maskBits)),
      (key + ".json", .text(transforms.text { _ in key })),
    ]
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] { [] }
}
