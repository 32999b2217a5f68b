import LinearMath
import Settings
import Views

/// `transforms.json` as nerfstudio and instant-ngp read it: OpenGL cameras in a +z-up world.
enum TransformsJSON {
  /// - Parameters:
  ///   - cameras: in order of the frames; all with the same intrinsics.
  ///   - model: `model_scale` and `model_offset`, from the source's coordinates (turned +z up) to the
  ///     set's.
  static func text(cameras: [Camera], model: ModelTransform) -> String {
    let lens = cameras[0].intrinsics
    var members: [(key: String, value: JSONValue)] = [
      ("camera_model", "OPENCV"),
      ("camera_angle_x", .number(lens.fieldOfViewX)),
      ("camera_angle_y", .number(lens.fieldOfViewY)),
      ("fl_x", .number(lens.focalX)), ("fl_y", .number(lens.focalY)),
      ("cx", .number(lens.centerX)), ("cy", .number(lens.centerY)),
      ("w", .integer(lens.width)), ("h", .integer(lens.height)),
    ]
    for key in ["k1", "k2", "p1", "p2"] { members.append((key, 0)) }
    members += [
      // The object fills instant-ngp's unit cube at its default scale of 0.33.
      ("aabb_scale", 1),
      ("integer_depth_scale", .number(FrameFiles.depthUnit)),
      ("ply_file_path", "points3D.ply"),
      ("model_scale", .number(model.scale)),
      ("model_offset", .array(vector(Conventions.datasetVector(model.offset)))),
      ("frames", .array(cameras.enumerated().map(frame))),
    ]
    return JSONValue.object(members).text(pretty: true) + "\n"
  }

  private static func frame(_ index: Int, _ camera: Camera) -> JSONValue {
    let files = FrameFiles(index: index)
    let rows = Conventions.transformMatrix(camera).rows
    return [
      "file_path": .string(files.image),
      // nerfstudio's and instant-ngp's names for the same file.
      "depth_file_path": .string(files.depth16), "depth_path": .string(files.depth16),
      "normal_file_path": .string(files.normals),
      "transform_matrix": .array(rows.map { .array($0.map { .number($0) }) }),
    ]
  }

  private static func vector(_ vector: SIMD3<Double>) -> [JSONValue] {
    [.number(vector.x), .number(vector.y), .number(vector.z)]
  }
}
