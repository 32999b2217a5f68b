"""Packs what `make wheel` has put beside these files; the shared library makes it one for this platform only."""

import setuptools
from wheel.bdist_wheel import bdist_wheel


class PlatformWheel(bdist_wheel):
    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        # By ctypes: any Python 3.
        return "py3", "none", super().get_tag()[2]


setuptools.setup(cmdclass={"bdist_wheel": PlatformWheel}, package_data={"maquette": ["libmaquette-c.so", "maquette-assimp"]})
