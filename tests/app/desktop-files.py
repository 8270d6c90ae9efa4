# SPDX-License-Identifier: GPL-3.0-or-later
"""What the desktop reads of Gesso, as it is installed, with translations merged in:

    desktop-files.py APP_ID VERSION BUILT_RESOURCES SOURCE_RESOURCES

The validators of freedesktop.org and GLib are in the list of packages of ./run; a missing one is a
failure. Beyond what they know it holds the files against each other and against Flathub's guidelines
of quality: https://docs.flathub.org/docs/for-app-authors/metainfo-guidelines/quality-guidelines
"""
import configparser
import pathlib
import struct
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

APP_ID, VERSION, BUILT, SOURCE = sys.argv[1:5]
BUILT, SOURCE = pathlib.Path(BUILT), pathlib.Path(SOURCE)
MIME_TYPES = ['image/openraster', 'image/png', 'image/jpeg', 'image/webp']
SHADOW = 54  # on each side, as tests/app/screenshots.c has it
SVG = '{http://www.w3.org/2000/svg}'


def read_keys(path):
    keys = configparser.ConfigParser(interpolation=None, delimiters='=')
    keys.optionxform = str
    keys.read(path, encoding='utf-8')
    return keys


def png_size(path):
    with open(path, 'rb') as file:
        head = file.read(24)
    assert head[:8] == b'\x89PNG\r\n\x1a\n', f'{path} is not a PNG file'
    return struct.unpack('>II', head[16:24])


class DesktopFiles(unittest.TestCase):
    def setUp(self):
        self.desktop_path = BUILT / f'{APP_ID}.desktop'
        self.metainfo_path = BUILT / f'{APP_ID}.metainfo.xml'
        self.desktop = read_keys(self.desktop_path)
        self.metainfo = ElementTree.parse(self.metainfo_path).getroot()

    def run_tool(self, *command):
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except FileNotFoundError:
            self.fail(f'{command[0]} is not installed; ./run test installs what is missing')
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def text(self, path):
        found = [element for element in self.metainfo.findall(path)
                 if '{http://www.w3.org/XML/1998/namespace}lang' not in element.attrib]
        self.assertEqual(len(found), 1, path)
        return ' '.join(found[0].text.split())

    def test_desktop_is_valid(self):
        self.assertEqual(self.run_tool('desktop-file-validate', str(self.desktop_path)), '')

    def test_metainfo_is_valid(self):
        said = self.run_tool('appstreamcli', 'validate', '--no-net', '--no-color', '--pedantic',
                             str(self.metainfo_path))
        for line in said.splitlines():
            self.assertFalse(line.strip().startswith(('E:', 'W:')), said)

    def test_schema_is_valid(self):
        self.assertEqual(self.run_tool('glib-compile-schemas', '--strict', '--dry-run', str(SOURCE)), '')

    def test_desktop(self):
        entry = self.desktop['Desktop Entry']
        self.assertEqual(entry['Icon'], APP_ID)
        self.assertEqual(entry['DBusActivatable'], 'true')
        self.assertEqual(entry['StartupNotify'], 'true')
        self.assertIn('%U', entry['Exec'].split())
        for name in filter(None, entry['Actions'].split(';')):
            self.assertIn('Name', self.desktop[f'Desktop Action {name}'])
        opened = entry['MimeType'].strip(';').split(';')
        for mime_type in MIME_TYPES:
            self.assertIn(mime_type, opened)
        self.assertEqual(opened, [element.text for element in self.metainfo.iter('mediatype')])

    def test_translations_are_merged(self):
        entry = self.desktop['Desktop Entry']
        self.assertTrue(any(key.startswith('Comment[') for key in entry), list(entry))

    def test_service(self):
        service = read_keys(BUILT / f'{APP_ID}.service')['D-BUS Service']
        program, option = service['Exec'].split()
        self.assertEqual(service['Name'], APP_ID)
        self.assertTrue(program.startswith('/') and program.endswith('/gesso'), program)
        self.assertEqual(option, '--gapplication-service')

    def test_metainfo(self):
        self.assertEqual(self.text('id'), APP_ID)
        self.assertEqual(self.text('launchable'), f'{APP_ID}.desktop')
        self.assertEqual(self.metainfo.find('releases/release').get('version'), VERSION)
        self.assertEqual(self.text('name'), self.desktop['Desktop Entry']['Name'])
        summary = self.text('summary')
        self.assertEqual(summary, self.desktop['Desktop Entry']['Comment'])
        self.assertLessEqual(len(summary), 35)
        self.assertFalse(summary.endswith('.'))
        self.assertLessEqual(len(self.text('name')), 20)
        schemes = {color.get('scheme_preference') for color in self.metainfo.iter('color')}
        self.assertEqual(schemes, {'light', 'dark'})
        self.assertEqual(self.metainfo.find('content_rating').get('type'), 'oars-1.1')
        self.assertIn('tablet', [element.text for element in self.metainfo.iter('control')])

    def test_screenshots(self):
        screenshots = self.metainfo.findall('screenshots/screenshot')
        self.assertGreaterEqual(len(screenshots), 3)
        self.assertEqual([shot.get('type') for shot in screenshots].count('default'), 1)
        for shot in screenshots:
            self.assertIsNotNone(shot.find('caption'))
            image = shot.find('image')
            size = int(image.get('width')), int(image.get('height'))
            # Of a tag or a commit: what a branch holds changes under the release that shows it.
            self.assertRegex(image.text, r'^https://.*/(v[0-9.]+|[0-9a-f]{40})/')
            self.assertEqual(png_size(SOURCE / 'screenshots' / image.text.split('/')[-1]), size)
            # The window has at most 1000 by 700; its shadow is around it.
            self.assertLessEqual(size[0], 1000 + 2 * SHADOW)
            self.assertLessEqual(size[1], 700 + 2 * SHADOW)

    def test_icons(self):
        scalable = ElementTree.parse(SOURCE / 'icons' / 'scalable' / f'{APP_ID}.svg').getroot()
        symbolic = ElementTree.parse(SOURCE / 'icons' / 'symbolic' / f'{APP_ID}-symbolic.svg').getroot()
        self.assertEqual((scalable.get('width'), scalable.get('height')), ('128', '128'))
        self.assertEqual((symbolic.get('width'), symbolic.get('height')), ('16', '16'))
        for element in scalable.iter():
            self.assertNotIn(element.tag, (SVG + 'image', SVG + 'text', SVG + 'filter'))
        # GTK recolours what has this one colour.
        fills = {element.get('fill') for element in symbolic.iter(SVG + 'path')}
        self.assertEqual(fills, {'#2e3436'})


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
