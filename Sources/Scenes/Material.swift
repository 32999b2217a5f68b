/// A metallic-roughness material, as glTF 2.0 defines it. Factors are linear.
public struct Material: Sendable, Equatable {
  /// How alpha is read.
  public enum AlphaMode: Sendable, Equatable {
    case opaque
    /// Fully there at or above the cutoff, not there below.
    case mask(cutoff: Float)
    case blend
  }

  public var name = ""
  /// RGBA, multiplied with the texture and the vertex colour.
  public var baseColor: SIMD4<Float> = [1, 1, 1, 1]
  public var baseColorTexture: TextureSlot?
  public var metallic: Float = 1
  public var roughness: Float = 1
  /// Green holds roughness, blue metalness.
  public var metallicRoughnessTexture: TextureSlot?
  public var normalTexture: TextureSlot?
  public var normalScale: Float = 1
  /// Red holds ambient occlusion.
  public var occlusionTexture: TextureSlot?
  public var occlusionStrength: Float = 1
  public var emissive: SIMD3<Float> = .zero
  public var emissiveTexture: TextureSlot?
  /// KHR_materials_emissive_strength; 1 without it.
  public var emissiveStrength: Float = 1
  public var alphaMode = AlphaMode.opaque
  public var isDoubleSided = false
  /// KHR_materials_unlit: base colour as it is.
  public var isUnlit = false
  /// KHR_materials_ior: how strongly what is not metal reflects; 1.5 without it.
  public var ior: Float = 1.5
  /// KHR_materials_specular: a factor on that, times the alpha of its texture, and a color for it.
  public var specular: Float = 1
  public var specularTexture: TextureSlot?
  public var specularColor: SIMD3<Float> = [1, 1, 1]
  public var specularColorTexture: TextureSlot?
  /// KHR_materials_clearcoat: how much there is of a clear layer on top, times red; its roughness, times
  /// green; its own normals.
  public var clearcoat: Float = 0
  public var clearcoatTexture: TextureSlot?
  public var clearcoatRoughness: Float = 0
  public var clearcoatRoughnessTexture: TextureSlot?
  public var clearcoatNormalTexture: TextureSlot?
  public var clearcoatNormalScale: Float = 1
  /// KHR_materials_pbrSpecularGlossiness: instead of metalness and roughness; base colour is then its diffuse
  /// colour.
  public var specularGlossiness: SpecularGlossiness?
  /// KHR_materials_sheen: the shine of fibres.
  public var sheen: Sheen?
  /// KHR_materials_transmission: how much light goes through instead of being scattered, times red.
  public var transmission: Float = 0
  public var transmissionTexture: TextureSlot?
  /// KHR_materials_volume: what lies behind the surface.
  public var volume: Volume?

  public init() {}

  /// What glTF gives a surface without a material, dulled to plain clay so that shape can be seen.
  public static let plain: Material = {
    var material = Material()
    material.name = "plain"
    material.baseColor = [0.8, 0.8, 0.8, 1]
    material.metallic = 0
    material.roughness = 0.8
    return material
  }()

  /// Every texture slot that is used.
  public var slots: [TextureSlot] {
    [
      baseColorTexture, metallicRoughnessTexture, normalTexture, occlusionTexture, emissiveTexture,
      specularTexture, specularColorTexture, clearcoatTexture, clearcoatRoughnessTexture,
      clearcoatNormalTexture, specularGlossiness?.texture, sheen?.colorTexture,
      sheen?.roughnessTexture, transmissionTexture, volume?.thicknessTexture,
    ].compactMap { $0 }
  }
}

extension Material {
  /// The material with each of its slots changed, or left out.
  public func mappingSlots(_ change: (TextureSlot) -> TextureSlot?) -> Material {
    var material = self
    func map(_ slot: inout TextureSlot?) { slot = slot.flatMap(change) }
    map(&material.baseColorTexture)
    map(&material.metallicRoughnessTexture)
    map(&material.normalTexture)
    map(&material.occlusionTexture)
    map(&material.emissiveTexture)
    map(&material.specularTexture)
    map(&material.specularColorTexture)
    map(&material.clearcoatTexture)
    map(&material.clearcoatRoughnessTexture)
    map(&material.clearcoatNormalTexture)
    if material.specularGlossiness != nil { map(&material.specularGlossiness!.texture) }
    if material.sheen != nil {
      map(&material.sheen!.colorTexture)
      map(&material.sheen!.roughnessTexture)
    }
    map(&material.transmissionTexture)
    if material.volume != nil { map(&material.volume!.thicknessTexture) }
    return material
  }
}

/// What a surface reflects straight on, and how smooth it is.
public struct SpecularGlossiness: Sendable, Equatable {
  public var specular: SIMD3<Float> = [1, 1, 1]
  public var glossiness: Float = 1
  /// RGB, sRGB, times the specular color; alpha times the glossiness.
  public var texture: TextureSlot?

  public init() {}
}

/// A layer of fibres that shines where it is seen at an angle.
public struct Sheen: Sendable, Equatable {
  /// Linear, times an sRGB texture.
  public var color: SIMD3<Float> = .zero
  public var colorTexture: TextureSlot?
  /// Times alpha.
  public var roughness: Float = 0
  public var roughnessTexture: TextureSlot?

  public init() {}
}

/// What light goes through behind a transmissive surface.
public struct Volume: Sendable, Equatable {
  /// In the mesh's coordinates, times green; 0 for a thin wall.
  public var thickness: Float = 0
  public var thicknessTexture: TextureSlot?
  /// In the scene's units, the way after which light has the attenuation color; infinite for clear matter.
  public var attenuationDistance: Float = .infinity
  public var attenuationColor: SIMD3<Float> = [1, 1, 1]

  public init() {}
}

/// A texture as a material uses it.
public struct TextureSlot: Sendable, Equatable {
  /// Which of the scene's textures.
  public var texture: Int
  /// Which UV set of the mesh.
  public var uvSet = 0
  /// KHR_texture_transform; identity without it.
  public var transform = UVTransform()

  public init(texture: Int, uvSet: Int = 0, transform: UVTransform = UVTransform()) {
    (self.texture, self.uvSet, self.transform) = (texture, uvSet, transform)
  }
}

/// Texture coordinates are scaled, then turned, then moved.
public struct UVTransform: Sendable, Equatable {
  public var offset: SIMD2<Float> = .zero
  /// Radians; positive turns the texture clockwise as KHR_texture_transform has it.
  public var rotation: Float = 0
  public var scale: SIMD2<Float> = [1, 1]

  public init() {}

  public var isIdentity: Bool { self == UVTransform() }
}
