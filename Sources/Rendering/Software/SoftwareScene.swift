import Geometry
import LinearMath
import Scenes
import Work

/// A prepared scene as the software engine reads it.
struct SoftwareScene: Sendable {
  struct Surface: Sendable {
    let positions: [SIMD3<Float>]
    let triangles: [SIMD3<UInt32>]
    /// For each vertex normal, 0, first and second texture coordinates.
    let shape: [SIMD8<Float>]
    /// For each vertex tangent and color; empty where no material asks for them.
    let paint: [SIMD8<Float>]
    /// For each vertex the share of light, what is thrown back, and how directions are hidden; may be empty.
    let ambient: [SIMD16<Float>]
    let material: SoftwareMaterial
    /// Whether shading asks where it is.
    let needsPosition: Bool

    /// The normal of the triangle between three vertices.
    func faceNormal(_ i: Int, _ j: Int, _ k: Int) -> SIMD3<Float> {
      (positions[j] - positions[i]).cross(positions[k] - positions[i]).normalized
    }
  }

  let surfaces: [Surface]

  /// Whether light comes through something.
  var isTransmissive: Bool { surfaces.contains { $0.material.isTransmissive } }

  /// The triangles of surfaces that are not blended.
  var solidTriangles: Int {
    surfaces.reduce(0) { $0 + ($1.material.isBlended ? 0 : $1.triangles.count) }
  }

  init(_ scene: PreparedScene, _ options: EngineOptions, _ work: WorkContext) throws {
    let textures = try parallelMap(count: scene.pictures.count, work) { index in
      TexturePyramid(scene.pictures[index], anisotropy: options.anisotropy)
    }
    surfaces = scene.surfaces.map { surface in
      let (mesh, streams) = (surface.mesh, surface.mesh.attributes)
      let sets = surface.material.uvSets.map { streams.uvs[$0] }
      func uv(_ channel: Int, _ vertex: Int) -> SIMD2<Float> {
        let uv = channel < sets.count ? sets[channel][vertex] : .zero
        // Coordinates that no picture can have would lead out of it.
        return uv.replacing(with: 0, where: .!(uv .< 1e6) .| .!(uv .> -1e6))
      }
      let shape = mesh.positions.indices.map { vertex in
        let (first, second) = (uv(0, vertex), uv(1, vertex))
        return SIMD8(
          lowHalf: SIMD4(streams.normals[vertex], 0),
          highHalf: SIMD4(first.x, first.y, second.x, second.y))
      }
      let hasPaint =
        surface.material[.normal] != nil
        || surface.material[.clearcoatNormal] != nil || !streams.colors.isEmpty
      let paint =
        hasPaint
        ? mesh.positions.indices.map { vertex in
          SIMD8(
            lowHalf: streams.tangents.isEmpty ? SIMD4(1, 0, 0, 1) : streams.tangents[vertex],
            highHalf: streams.colors.isEmpty ? SIMD4(1, 1, 1, 1) : streams.colors[vertex])
        } : []
      return Surface(
        positions: mesh.positions, triangles: mesh.triangles, shape: shape, paint: paint,
        ambient: surface.ambient.map(\.packed),
        material: SoftwareMaterial(
          surface.material, textures, hasColors: !streams.colors.isEmpty,
          blendedCutoff: options.blendedCutoff),
        needsPosition: !scene.lights.isEmpty || surface.material.isTransmissive)
    }
  }
}

/// A material with its pictures at hand.
struct SoftwareMaterial: Sendable {
  struct Map: Sendable {
    /// From interpolated coordinates to texels; two maps with the same read the same texels.
    struct Way: Sendable, Equatable {
      /// Which of the two texture coordinates.
      let channel: Int
      /// The rows that turn and scale the coordinate, and what is added.
      let rows: SIMD4<Float>
      let offset: SIMD2<Float>
      /// Of the scene's layouts that of the picture.
      let layout: Int
    }

    let texture: TexturePyramid
    let way: Way

    init?(_ map: PreparedMaterial.Map?, _ textures: [TexturePyramid]) {
      guard let map else { return nil }
      let x = map.transform.applied(to: [1, 0]) - map.transform.offset
      let y = map.transform.applied(to: [0, 1]) - map.transform.offset
      texture = textures[map.picture]
      way = Way(
        channel: map.channel, rows: SIMD4(x.x, y.x, x.y, y.y), offset: map.transform.offset,
        layout: textures.firstIndex { $0.layout == textures[map.picture].layout }!)
    }
  }

  /// What needs no picture; plain numbers, since they are read for every eight places.
  let factors: Factors
  let isBlended, isTransmissive, isShadow, hasColors: Bool
  /// Below this alpha a sample is not there; nil where alpha does not decide.
  let maskCutoff: Float?
  /// Below this alpha a blended surface does not count for depth, normal and mask.
  let blendedCutoff: Float
  /// Occlusion is the red of the metallic-roughness picture.
  let sharesOcclusion: Bool
  private let maps: [Map?]
  /// One bit for each role that has a map.
  private let present: UInt32

  init(
    _ material: PreparedMaterial, _ textures: [TexturePyramid], hasColors: Bool,
    blendedCutoff: Float
  ) {
    factors = Factors(material)
    (isBlended, self.hasColors) = (material.isBlended, hasColors)
    isTransmissive = material.isTransmissive
    maskCutoff = if case .mask(let cutoff) = material.source.alphaMode { cutoff } else { nil }
    self.blendedCutoff = material.isShadow ? 2 : blendedCutoff
    isShadow = material.isShadow
    sharesOcclusion = material.sharesOcclusion
    let maps = MapRole.allCases.map { role in
      role == .occlusion && material.sharesOcclusion ? nil : Map(material[role], textures)
    }
    self.maps = maps
    present = maps.indices.reduce(0) { $0 | (maps[$1] == nil ? 0 : 1 << UInt32($1)) }
  }

  @inline(__always)
  func has(_ role: MapRole) -> Bool { present >> UInt32(role.rawValue) & 1 != 0 }

  @inline(__always)
  subscript(role: MapRole) -> Map? { has(role) ? maps[role.rawValue] : nil }

  @inline(__always)
  var usesPaint: Bool { has(.normal) || has(.clearcoatNormal) || hasColors }
}

extension SoftwareMaterial {
  /// A material's numbers.
  struct Factors: Sendable {
    let baseColor: SIMD4<Float>
    let metallic, roughness, normalScale, occlusionStrength: Float
    /// Emission with its strength.
    let emissive: SIMD3<Float>
    /// How much of its reflection what is not metal has, and that reflection straight on.
    let specular: Float
    let dielectric: SIMD3<Float>
    let clearcoat, clearcoatRoughness, clearcoatNormalScale: Float
    /// Specular color and glossiness, where those take the place of metalness and roughness.
    let specularGlossiness: SIMD4<Float>
    let isSpecularGlossiness, isUnlit, isDoubleSided: Bool
    let sheen: SIMD3<Float>
    let sheenRoughness: Float
    let ior: Float
    /// The share of light that comes through, and what it goes through, in world units.
    let transmission, thickness: Float
    let attenuation: SIMD3<Float>

    init(_ material: PreparedMaterial) {
      let source = material.source
      (baseColor, metallic, roughness) = (source.baseColor, source.metallic, source.roughness)
      (normalScale, occlusionStrength) = (source.normalScale, source.occlusionStrength)
      emissive = source.emissive * source.emissiveStrength
      specular = source.specular
      dielectric = source.specularColor * material.dielectric
      (clearcoat, clearcoatRoughness) = (source.clearcoat, source.clearcoatRoughness)
      clearcoatNormalScale = source.clearcoatNormalScale
      let glossy = source.specularGlossiness
      specularGlossiness = glossy.map { SIMD4($0.specular, $0.glossiness) } ?? .zero
      isSpecularGlossiness = glossy != nil
      (isUnlit, isDoubleSided) = (source.isUnlit, source.isDoubleSided)
      sheen = source.sheen?.color ?? .zero
      (sheenRoughness, ior) = (source.sheen?.roughness ?? 0, source.ior)
      transmission = material.isTransmissive ? source.transmission : 0
      (thickness, attenuation) = (material.thickness, material.attenuation)
    }
  }
}
