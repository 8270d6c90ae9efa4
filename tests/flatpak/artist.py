# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist does with the installed Flatpak, in its sandbox and through the portals.

artist.py first VERSION       makes a picture, keeps it, and finds all again after a restart
artist.py upgraded VERSION    finds it with another version, and goes on

HOME is the artist's; what has to be found again is noted there.
"""
import ast
import hashlib
import json
import os
import shutil
import sys
import time
import zipfile
from urllib.parse import unquote

from desktop import ID, Program, answer_portal, fail, wait_for

HOME = os.environ['HOME']
PICTURES = os.path.join(HOME, 'Pictures')
MODELS = os.path.join(HOME, 'Models')
GALLERY = os.path.join(PICTURES, 'Kept')
SANDBOX = os.path.join(HOME, '.var', 'app', ID)
NOTES = os.path.join(HOME, 'notes.json')
NO_PICTURES = 'GESSO_FLATPAK_NO_PICTURES' in os.environ
GENERATE_SECONDS = 900  # shaders have to be compiled first
PROMPT = 'a red house under a yellow sun'


def say(text):
    print(f'{time.strftime("%T")} {text}', flush=True)


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def setting(name):
    """As the sandbox has it stored; GLib keeps it there without any help from outside."""
    return settings().get(name)


def settings():
    path = os.path.join(SANDBOX, 'config', 'glib-2.0', 'settings', 'keyfile')
    if not os.path.exists(path):
        return {}
    lines = [line.partition('=') for line in read(path).decode().splitlines()]
    return {name: value for name, is_there, value in lines if is_there}


def document(program, window):
    """A window's document as bytes, saved where both sides see it."""
    path = os.path.join(SANDBOX, 'data', 'document.ora')
    if os.path.exists(path):
        os.unlink(path)
    program.activate(f'window/{window}', 'save-to', path)
    wait_for('the document', lambda: os.path.exists(path) and os.path.getsize(path) > 0)
    return read(path)


def documents(program):
    """Of all windows, in whatever order."""
    windows = [i for i in range(1, 9) if program.has(f'window/{i}')]
    return sorted(digest(document(program, i)) for i in windows)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def generate(program):
    """A picture as another layer."""
    if NO_PICTURES:
        program.press('New layer')
        time.sleep(1)
        return
    program.press('Generate')
    program.wait('Accept', GENERATE_SECONDS)
    program.wait_sensitive('Accept')
    program.press('Accept')
    wait_for('the candidate to be a layer', lambda: program.find('Accept') is None)
    program.wait_sensitive('Generate')


def n_layers(path):
    with zipfile.ZipFile(path) as archive:
        if archive.read('mimetype') != b'image/openraster':
            fail(f'{path} is no OpenRaster file')
        return archive.read('stack.xml').decode().count('<layer ')


# ---- The first start ----------------------------------------------------------------------


def prepare():
    os.makedirs(PICTURES, exist_ok=True)
    os.makedirs(MODELS)
    os.makedirs(GALLERY)
    here = os.path.dirname(os.path.abspath(__file__))
    starter = os.path.join(here, '..', '..', 'resources', 'starter')
    shutil.copy(os.path.join(starter, 'starter.safetensors'),
                os.path.join(MODELS, 'own.safetensors'))
    for name in 'vocab.json', 'merges.txt':
        shutil.copy(os.path.join(starter, name), MODELS)
    with open(os.path.join(HOME, 'secret.txt'), 'w') as file:
        file.write('not for programs\n')


def look_at_sandbox(program):
    say('the sandbox: its program, and no more of the host than it was given')
    if not program.is_sandboxed():
        fail('the program does not run in a sandbox')
    for path in os.path.join(HOME, 'secret.txt'), PICTURES, MODELS:
        if program.sees(path):
            fail(f'the sandbox sees {path}')
    if not program.sees('/app/share/gesso/clip/bpe_simple_vocab_16e6.txt.gz'):
        fail("CLIP's vocabulary is not in the sandbox")
    connected = program.sockets()
    if connected:
        fail(f'the program has used the network unasked: {connected}')


def first(version):
    prepare()
    program = Program()
    program.start()
    look_at_sandbox(program)

    say('a picture by the starter model')
    program.set_text('Prompt', PROMPT)
    program.set_value('Width', 192)
    program.set_value('Height', 128)
    program.set_text('Seed', '7')
    program.activate('window/1', 'new-canvas')
    generate(program)
    own = os.path.join(SANDBOX, 'data', 'gesso', 'pictures')
    if not NO_PICTURES:
        wait_for('the picture in a gallery that lasts',
                 lambda: os.path.isdir(own) and os.listdir(own))

    say('saved through the portal')
    path = os.path.join(PICTURES, 'house.ora')
    program.activate('window/1', 'save')
    answer_portal(path, 'Save')
    wait_for(path, lambda: os.path.exists(path))
    layers = n_layers(path)

    say('saved again, without being asked')
    generate(program)
    before = read(path)
    program.activate('window/1', 'save')
    wait_for('the file to change', lambda: read(path) != before)
    wait_for('another layer in it', lambda: n_layers(path) == layers + 1)
    leftover = sorted(set(os.listdir(PICTURES)) - {'house.ora', 'Kept'})
    if leftover:
        fail(f'saving left {leftover} behind')

    say('exported through the portal')
    png = os.path.join(PICTURES, 'house.png')
    program.activate('window/1', 'export')
    answer_portal(png, 'Export')
    wait_for(png, lambda: os.path.exists(png) and read(png)[:8] == b'\x89PNG\r\n\x1a\n')

    say('a name without an ending')
    program.activate('window/1', 'save-as')
    cottage = os.path.join(PICTURES, 'cottage.ora')
    answer_portal(cottage.removesuffix('.ora'), 'Save')
    answer_portal(cottage, 'Save')
    wait_for(cottage, lambda: os.path.exists(cottage))
    n_layers(cottage)

    say('a folder of models, and one for finished pictures, through the portal')
    program.activate('window/1', 'library')
    program.press('Add Folder…')
    answer_portal(MODELS, 'Add')
    wait_for('the library to know the folder',
             lambda: 'Models' in (setting('library-folders') or ''))
    program.activate('', 'preferences')
    program.press("Choose the gallery's folder")
    answer_portal(GALLERY, 'Choose')
    wait_for('the gallery to know its folder',
             lambda: 'Kept' in (setting('gallery-folder') or ''))
    models = ast.literal_eval(setting('library-folders'))[0]
    program.activate('window/1', 'open-path', os.path.join(models, 'own.safetensors'))
    # Settings are stored when a picture is made, or the window is closed.
    wait_for('the model to be chosen',
             lambda: program.state('window/1', 'model').endswith('/own.safetensors'))
    generate(program)
    if not NO_PICTURES:
        wait_for('a picture in the gallery on the host', lambda: any(
            b'own' in read(os.path.join(GALLERY, name)) for name in os.listdir(GALLERY)))

    kept = documents(program)
    program.quit()

    say('started again')
    look_again(program, version, kept)

    say('the saved picture opens through the portal')
    program.activate('window/1', 'open')
    answer_portal(path, 'Open')
    wait_for('a second window', lambda: program.has('window/2'))
    time.sleep(3)
    kept = documents(program)
    program.quit()
    with open(NOTES, 'w') as file:
        json.dump({'documents': kept, 'house': digest(read(path)), 'settings': settings(),
                   'gallery': sorted(os.listdir(GALLERY)), 'version': version}, file)


# ---- Later starts -------------------------------------------------------------------------


def look_again(program, version, kept):
    """Everything is as it was left, and needs no file to be chosen again."""
    if program.version() != version:
        fail(f'this is version {program.version()}; {version} was to be installed')
    program.start()
    if program.text('Prompt') != PROMPT:
        fail(f'the prompt is “{program.text("Prompt")}”')
    for name, value in ('Width', 192), ('Height', 128):
        if program.value(name) != value:
            fail(f'{name} is {program.value(name)}')
    wait_for('the windows', lambda: program.has(f'window/{len(kept)}'))
    if documents(program) != kept:
        fail('a document is not as it was left')
    # Of each window; the one that is closed last also leaves its own for new ones.
    models = [program.state(f'window/{i + 1}', 'model') for i in range(len(kept))]
    if not any(model.endswith('/own.safetensors') for model in models):
        fail(f'the models are others: {models}')
    folder = unquote(setting('gallery-folder').strip("'").removeprefix('file://'))
    for granted in *ast.literal_eval(setting('library-folders')), folder:
        if not program.sees(granted):
            fail(f'the sandbox no longer sees {granted}')


def upgraded(version):
    with open(NOTES) as file:
        notes = json.load(file)
    if notes['version'] == version:
        fail(f'this is no upgrade: both are version {version}')
    program = Program()
    look_again(program, version, notes['documents'])
    now = settings()
    lost = [name for name, value in notes['settings'].items() if now.get(name) != value]
    if lost:
        fail(f'settings are lost or others: {lost}')
    if digest(read(os.path.join(PICTURES, 'house.ora'))) != notes['house']:
        fail('the saved picture has changed')
    if sorted(os.listdir(GALLERY)) != notes['gallery']:
        fail('the gallery has changed')

    say('another picture, with the model and in the gallery that were chosen before')
    generate(program)
    if not NO_PICTURES:
        wait_for('one more in the gallery',
                 lambda: len(os.listdir(GALLERY)) > len(notes['gallery']))

    say('killed, and started again at once')
    kept = documents(program)
    program.kill()
    program.start()
    wait_for('the windows', lambda: program.has(f'window/{len(kept)}'))
    if documents(program) != kept:
        fail('a document is not as it was when the program was killed')
    program.quit()


{'first': first, 'upgraded': upgraded}[sys.argv[1]](sys.argv[2])
