/// A picture of numbers that a view can have beside its colour. All but `light` are of the surface at the pixel
/// centre, unfiltered, and 0 where there is none.
public enum FrameLayer: String, CaseIterable, Sendable {
  /// Linear RGB without an upper limit, multiplied by alpha, and alpha; averaged over the samples.
  case light
  /// Unit normals as interpolated from the vertices, towards the camera, in the space the renderer was asked for.
  case normal
  /// Linear base colour (diffuse colour of specular-glossiness materials): factor, vertex colour and texture.
  case albedo
  /// Perceptual roughness, 0...1.
  case roughness
  /// Metalness, 0...1.
  case metallic
  /// What the material's own occlusion texture leaves of the light, 0...1.
  case occlusion
  /// The number of the object in the scene, from 1.
  case id
  /// Texture coordinates of the mesh, v downwards in the picture as glTF has it.
  case uv

  /// How many numbers a pixel has.
  public var channels: Int {
    switch self {
    case .light: 4
    case .normal, .albedo: 3
    case .uv: 2
    case .roughness, .metallic, .occlusion, .id: 1
    }
  }
}
