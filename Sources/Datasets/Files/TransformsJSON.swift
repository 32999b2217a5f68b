import LinearMath
import Settings
import Views

/// `transforms.json` as nerfstudio and instant-ngp read it: OpenGL cameras in a +z-up world.
struct TransformsJSON {
  private let views: [SetView]
  private let set: SetRecord?
  /// A view whose lens is told, also where `views` is empty.
  private let first: SetView
  /// How many units the object's radius is.
  var unit = 1.0
  /// Names of the files that belong to a view's picture.
  var depth: ((SetView) -> String)?
  var normals: ((SetView) -> String)?
  var mask: ((SetView) -> String)?
  /// Whether depth is stored as it is, and not in steps.
  var isDepthFloat = false
  /// The initial cloud.
  var cloud: String?
  /// Whether nerfstudio is told which views are for what; it then wants all three lists.
  var listsSplits = false
  /// What else stands at the top, and with each view.
  var head: [(key: String, value: JSONValue)] = []
  var extra: (SetView) -> [(key: String, value: JSONValue)] = { _ in [] }

  init(_ views: [SetView], _ set: SetRecord?, lens: SetView? = nil) {
    (self.views, self.set, first) = (views, set, lens ?? views[0])
  }

  /// - Parameter image: the name of a view's picture.
  func text(_ image: (SetView) -> String) -> String {
    let hasOneLens = views.allSatisfy { $0.camera.intrinsics == first.camera.intrinsics }
    var members: [(key: String, value: JSONValue)] = [("camera_model", "OPENCV")]
    if hasOneLens { members += lens(first.camera.intrinsics) }
    for key in ["k1", "k2", "p1", "p2"] { members.append((key, 0)) }
    // The object fills instant-ngp's unit cube at its default scale of 0.33.
    members.append(("aabb_scale", 1))
    if depth != nil && !isDepthFloat {
      members.append(("integer_depth_scale", .number(SetUnits.depthStep)))
    }
    if let cloud { members.append(("ply_file_path", .string(cloud))) }
    if let set {
      members.append(("model_scale", .number(set.model.scale * unit)))
      let offset = Conventions.datasetVector(set.model.offset) * unit
      members.append(("model_offset", .array((0..<3).map { .number(offset[$0]) })))
    }
    members += head
    if listsSplits && views.contains(where: { $0.split != .train }) {
      for split in DatasetSplit.allCases {
        let names = views.filter { $0.split == split }.map { JSONValue.string(image($0)) }
        members.append((split.rawValue + "_filenames", .array(names)))
      }
    }
    members.append(("frames", .array(views.map { frame($0, image, hasOneLens: hasOneLens) })))
    return JSONValue.object(members).text(pretty: true) + "\n"
  }

  private func lens(_ lens: Intrinsics) -> [(key: String, value: JSONValue)] {
    [
      ("camera_angle_x", .number(lens.fieldOfViewX)),
      ("camera_angle_y", .number(lens.fieldOfViewY)),
      ("fl_x", .number(lens.focalX)), ("fl_y", .number(lens.focalY)),
      ("cx", .number(lens.centerX)), ("cy", .number(lens.centerY)),
      ("w", .integer(lens.width)), ("h", .integer(lens.height)),
    ]
  }

  private func frame(
    _ view: SetView, _ image: (SetView) -> String, hasOneLens: Bool
  ) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [("file_path", .string(image(view)))]
    if let depth {
      // nerfstudio's and instant-ngp's names for the same file.
      for key in ["depth_file_path", "depth_path"] { members.append((key, .string(depth(view)))) }
    }
    if let normals { members.append(("normal_file_path", .string(normals(view)))) }
    if let mask { members.append(("mask_path", .string(mask(view)))) }
    if !hasOneLens { members += lens(view.camera.intrinsics) }
    members += extra(view)
    let rows = Conventions.transformMatrix(view.camera, unit: unit).rows
    members.append(("transform_matrix", .array(rows.map { .array($0.map { .number($0) }) })))
    return .object(members)
  }
}
