import LinearMath
import Scenes

/// What one model part of a 3MF package says, as it says it.
struct ThreeMFModel {
  var unit = LengthUnit.millimeters
  var objects: [Int: Object] = [:]
  var properties: [Int: PropertyGroup] = [:]
  var textures: [Int: Texture] = [:]
  var displayProperties: [Int: [Display]] = [:]
  var items: [Component] = []
  var extensions: [String] = []

  struct Object {
    var name = ""
    /// `model`, `support`, `solidsupport`, `surface` or `other`.
    var kind = "model"
    var property: Property?
    var content = Content.components([])
  }

  enum Content {
    case mesh(RawMesh)
    case components([Component])
  }

  /// An object in a place.
  struct Component {
    var object: Int
    /// Another model part of the package; nil for this one.
    var path: String?
    var parentFromObject = Matrix4.identity
  }

  /// Which property of which group.
  struct Property: Hashable {
    var group: Int
    var index: Int
  }

  struct RawMesh {
    var positions: [SIMD3<Float>] = []
    var triangles: [SIMD3<UInt32>] = []
    /// What the triangles name; empty where none names anything.
    var properties: [TriangleProperty] = []

    /// Gives the triangles so far their places; most files name no property, or one for each triangle.
    mutating func padProperties() {
      let missing = triangles.count - properties.count
      if missing > 0 { properties += Array(repeating: TriangleProperty(), count: missing) }
    }
  }

  /// The group and the three corners' indices in it; `none` for what is not said.
  struct TriangleProperty: Hashable {
    static let none = Int32(-1)
    var group = none
    var indices = SIMD3<Int32>(repeating: none)
  }

  struct Texture {
    var path: String
    var mediaType: String
    var wrapU = Scenes.Texture.Wrap.repeat
    var wrapV = Scenes.Texture.Wrap.repeat
    var isSmooth = true
  }

  /// Metallic-roughness values of a base material.
  struct Display {
    var metallic: Float
    var roughness: Float
  }

  enum PropertyGroup {
    case base([Base], display: Int?)
    /// sRGB as written, with alpha, 0...1; mixed from base materials where it is a composite.
    case colors([SIMD4<Float>], isComposite: Bool)
    case texture(Int, [SIMD2<Float>])
    /// The groups in layers, the lowest first, and the index in each.
    case layers([Int], [[Int]])

    var count: Int {
      switch self {
      case .base(let bases, _): bases.count
      case .colors(let colors, _): colors.count
      case .texture(_, let points): points.count
      case .layers(_, let rows): rows.count
      }
    }
  }

  struct Base {
    var name: String
    var color: SIMD4<Float>
  }
}
