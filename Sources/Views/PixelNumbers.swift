public import Settings

/// The numbers that can be had beside a view's colour.
public enum PixelNumbers: String, SettingChoice {
  case depth, normal, albedo, roughness, metallic, occlusion, id, uv, position
  /// Normals with the camera's axes: +x right, +y up, +z towards the camera.
  case cameraNormal = "camera-normal"

  /// What the renderer must be asked for.
  public var layer: FrameLayer? {
    switch self {
    case .depth, .position: nil
    case .normal, .cameraNormal: .normal
    case .albedo: .albedo
    case .roughness: .roughness
    case .metallic: .metallic
    case .occlusion: .occlusion
    case .id: .id
    case .uv: .uv
    }
  }

  /// The usual names of its channels in an OpenEXR file.
  public var channels: [String] {
    switch self {
    case .depth: ["Z"]
    case .normal: ["N.X", "N.Y", "N.Z"]
    case .cameraNormal: ["cameraN.X", "cameraN.Y", "cameraN.Z"]
    case .albedo: ["albedo.R", "albedo.G", "albedo.B"]
    case .roughness, .metallic, .occlusion: [rawValue + ".V"]
    case .id: ["id.V"]
    case .uv: ["uv.U", "uv.V"]
    case .position: ["P.X", "P.Y", "P.Z"]
    }
  }
}
