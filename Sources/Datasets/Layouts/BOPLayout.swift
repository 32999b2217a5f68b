import LinearMath
import Settings
import Views

/// The Benchmark for 6D Object Pose Estimation: one object, millimetres, OpenCV cameras. Depth is in the same
/// steps of the radius as elsewhere; `depth_scale` makes millimetres of them.
struct BOPLayout: Layout {
  private static let viewsInScene = 1000
  let options: LayoutOptions

  private var unit: Double { options.size.radiusMillimeters }

  private func scene(_ view: SetView) -> String {
    let folder = view.split == .train ? "train" : view.split.rawValue
    return "\(folder)/\(padded(view.indexInSplit / Self.viewsInScene, 6))/"
  }

  private func number(_ view: SetView) -> Int { view.indexInSplit % Self.viewsInScene }

  private func file(_ kind: String, _ view: SetView, _ ending: String = ".png") -> String {
    scene(view) + kind + "/" + padded(number(view), 6) + ending
  }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    [
      (file("rgb", view), .color(options.background)),
      (file("depth", view), .depth16(unit: SetUnits.depthStep)),
      (file("mask", view, "_000000.png"), .mask(bits: 8)),
      (file("mask_visib", view, "_000000.png"), .mask(bits: 8)),
    ]
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    var files: [SetFile] = []
    var start = 0
    while start < views.count {
      let name = scene(views[start])
      let part = views[start...].prefix { scene($0) == name }
      files.append(json(name + "scene_camera.json", part.map { ("\(number($0))", camera($0)) }))
      files.append(json(name + "scene_gt.json", part.map { ("\(number($0))", [pose($0)]) }))
      start += part.count
    }
    files.append(SetFile("camera.json", text: lens(views[0]).text(pretty: true) + "\n"))
    files.append(
      SetFile("models/obj_000001.ply", SurfacePLY.bytes(set.surface, unit: unit)))
    files.append(json("models/models_info.json", [("1", modelInfo(set.surface))]))
    var transforms = TransformsJSON(views, set)
    transforms.depth = { file("depth", $0) }
    transforms.mask = { file("mask", $0, "_000000.png") }
    files.append(SetFile("transforms.json", text: transforms.text { file("rgb", $0) }))
    return files
  }

  private func json(_ name: String, _ members: [(key: String, value: JSONValue)]) -> SetFile {
    SetFile(name, text: JSONValue.object(members).text(pretty: true) + "\n")
  }

  /// Its readers count pixel centres as whole numbers.
  private func intrinsics(_ view: SetView) -> [JSONValue] {
    let matrix = Conventions.openCVProjection(view.camera, pixelCenter: 0).linear
    return matrix.rows.joined().map { .number($0) }
  }

  private func camera(_ view: SetView) -> JSONValue {
    let pose = rows(view)
    return [
      "cam_K": .array(intrinsics(view)), "depth_scale": .number(SetUnits.depthStep * unit),
      "cam_R_w2c": pose.rotation, "cam_t_w2c": pose.translation,
    ]
  }

  private func pose(_ view: SetView) -> JSONValue {
    let pose = rows(view)
    return ["cam_R_m2c": pose.rotation, "cam_t_m2c": pose.translation, "obj_id": 1]
  }

  private func rows(_ view: SetView) -> (rotation: JSONValue, translation: JSONValue) {
    let pose = Conventions.openCVFromWorld(view.camera, unit: unit)
    return (
      .array(pose.linear.rows.joined().map { .number($0) }),
      .array((0..<3).map { .number(pose.translation[$0]) })
    )
  }

  private func lens(_ view: SetView) -> JSONValue {
    let lens = view.camera.intrinsics
    return [
      "cx": .number(lens.centerX - 0.5), "cy": .number(lens.centerY - 0.5),
      "depth_scale": .number(SetUnits.depthStep * unit), "fx": .number(lens.focalX),
      "fy": .number(lens.focalY), "height": .integer(lens.height), "width": .integer(lens.width),
    ]
  }

  /// The largest distance of two vertices, in radii: between those that lie farthest in some directions, which are on
  /// the convex hull.
  private func diameter(_ surface: SetSurface) -> Double {
    let directions = ViewSampling.directions(count: 400, coverage: .sphere)
    let farthest = directions.compactMap { direction in
      let way = SIMD3<Float>(direction)
      return surface.positions.max { $0.dot(way) < $1.dot(way) }
    }
    var largest: Float = 0
    for one in farthest {
      for other in farthest { largest = max(largest, (one - other).lengthSquared) }
    }
    return Double(largest).squareRoot()
  }

  /// The object's box and diameter.
  private func modelInfo(_ surface: SetSurface) -> JSONValue {
    var box = Box()
    for position in surface.positions {
      box.insert(SIMD3<Float>(Conventions.datasetVector(SIMD3<Double>(position)) * unit))
    }
    var members: [(key: String, value: JSONValue)] = [
      ("diameter", .number(diameter(surface) * unit))
    ]
    for (axis, name) in ["x", "y", "z"].enumerated() {
      members.append(("min_" + name, .number(Double(box.minimum[axis]))))
    }
    for (axis, name) in ["x", "y", "z"].enumerated() {
      members.append(("size_" + name, .number(Double(box.size[axis]))))
    }
    return .object(members)
  }
}
