public import Settings
import Views

/// What the files of a set mean, for its manifest.
public enum DatasetConventions {
  public static func json(_ settings: DatasetSettings) -> JSONValue {
    var lines: [(key: String, value: String)] = [
      ("world", "right-handed, +z up; the object's bounding sphere has radius 1 at the origin"),
      ("poses", "camera to world, OpenGL axes: +x right, +y up, looking along -z"),
      ("images", images(settings)),
      ("depth", "planar, at the pixel centre; 16-bit codes are thousandths of a unit, 0: none"),
      (
        "normals",
        "world space at the pixel centre, 127.5 n + 127.5, towards the camera, interpolated from "
          + "the vertices without normal map, 0: none"
      ),
      (
        "masks",
        "largest where the pixel centre hits a surface with an alpha of at least one half, or as "
          + "blendedSurfaces says, else 0"
      ),
    ]
    for layout in settings.layout {
      if let unit = unit(layout) { lines.append((layout.rawValue, unit)) }
    }
    for kind in settings.aov { lines.append(("aov/" + kind.rawValue, kind.meaning)) }
    return .object(lines.map { ($0.key, .string($0.value)) })
  }

  private static func images(_ settings: DatasetSettings) -> String {
    let backgrounds =
      settings.background.isEmpty ? settings.layout.map(\.usualBackground) : settings.background
    return Set(backgrounds).sorted { $0.rawValue < $1.rawValue }.map { background in
      background == .transparent
        ? "8-bit sRGB, straight alpha, black where alpha is 0"
        : "8-bit sRGB, composited over \(background.rawValue)"
    }.joined(separator: "; ")
  }

  /// Where a layout's lengths are not in radii, or it has conventions of its own.
  private static func unit(_ layout: DatasetLayout) -> String? {
    switch layout {
    case .dxgl:
      "depth: 255 at the near side of the bounding sphere to 1 at the far side; depth_16bit: planar depth in thousandths of the radius"
    case .nerfSynthetic: "the object's radius is 1.5, so that near 2 and far 6 hold it"
    case .trellis: "the longest side is 1; depth from min to max of the frame is 0 to 65535"
    case .zero123: "the longest side is 1; matrices are world to camera, 3 x 4, OpenGL axes"
    case .neus:
      "world_mat: intrinsics times world to camera, OpenCV axes, pixel centres at whole numbers; scale_mat: a sphere of 1.1 radii"
    case .bop: "millimetres, OpenCV axes, pixel centres at whole numbers"
    case .webdataset: "depth.npy: planar depth in radii, 32-bit float"
    case .nerfstudio, .colmap, .gaussianSplatting, .instantNGP: nil
    }
  }
}
