"""The stand-in for Discord, as a real discord.py Client and a person meet there."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from tests.fakes import DiscordApi, DiscordPerson
from tests.fakes.conftest import Client, running

# discord.py leaves a line that Discord has ended to the garbage collector, which may come at any time.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def buttons(*labels: str) -> ui.View:
    """A view with one button for each label."""
    view = ui.View(timeout=None)
    for label in labels:
        view.add_item(ui.Button(label=label, custom_id=f"1:{label.lower()}:7"))
    return view


async def greeted(client: Client, ann: DiscordPerson, view: ui.View | None = None) -> discord.Message:
    """The bot's answer to a hello."""
    ann.write("hello")
    return await (await client.heard()).channel.send("Pick one", view=view or buttons("Yes", "No"))


async def test_a_bot_and_a_person_converse(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11, locale="de")
    ann.write("hello")
    heard = await client.heard()
    assert (heard.content, heard.author.id, heard.author.display_name) == ("hello", 11, "Ann")
    assert isinstance(heard.channel, discord.DMChannel)
    sent = await heard.channel.send("Pick **one**", view=buttons("Yes", "No"), silent=True, reference=heard)
    seen = ann.newest
    assert (seen.id, seen.text, seen.source) == (sent.id, "Pick one", "Pick **one**")
    assert seen.buttons == [[("Yes", "1:yes:7"), ("No", "1:no:7")]]
    assert seen.silent
    assert seen.reply_to == heard.id
    ann.click("Yes")
    clicked = await client.asked()
    assert (clicked.user.id, clicked.locale, clicked.guild) == (11, discord.Locale.german, None)
    assert clicked.data == {"custom_id": "1:yes:7", "component_type": 2, "id": 2}
    assert clicked.message is not None
    assert clicked.message.id == sent.id
    await clicked.response.edit_message(content="You chose Yes", view=None)
    assert (seen.text, seen.edited, seen.before, seen.buttons) == ("You chose Yes", True, ["Pick one"], [])
    await sent.delete()
    assert seen.deleted
    assert [message.content async for message in heard.channel.history()] == ["hello"]
    with pytest.raises(AssertionError, match="no button 'Yes' to click"):
        ann.click("Yes")


async def test_the_client_knows_itself_its_application_and_the_server(dapi: DiscordApi, client: Client) -> None:
    assert client.user is not None
    assert client.user.name == "pebble"
    dapi.world.application |= {"bot_public": False, "flags": 1 << 23, "interactions_endpoint_url": "https://x.example"}
    about = await client.application_info()
    assert (about.name, about.bot_public, about.flags.value) == ("Pebble", False, 1 << 23)
    assert about.interactions_endpoint_url == "https://x.example"
    await dapi.wait_for_async(lambda: client.guilds)
    assert [channel.name for channel in client.guilds[0].text_channels] == ["general"]
    user = await client.fetch_user(dapi.person(11).id)
    assert (await user.create_dm()).id == dapi.person(11).channel.id
    with pytest.raises(discord.NotFound, match="Unknown User"):
        await client.fetch_user(404)


async def test_a_form_is_opened_filled_in_and_answered_for_one_pair_of_eyes(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    await greeted(client, ann, buttons("Tell"))
    ann.click("1:tell:7")
    modal = ui.Modal(title="A few words", custom_id="1:words:7")
    modal.add_item(ui.Label(text="What was good?", component=ui.TextInput(custom_id="good", max_length=20)))
    options = [discord.SelectOption(label="Fine", value="3"), discord.SelectOption(label="Well", value="4")]
    modal.add_item(ui.Label(text="How are you?", component=ui.Select(custom_id="mood", options=options)))
    await (await client.asked()).response.send_modal(modal)
    form = ann.modal
    assert form is not None
    assert (form.title, form.fields) == (
        "A few words",
        [("good", "What was good?"), ("mood", "How are you?")],
    )
    with pytest.raises(AssertionError, match="takes no"):
        ann.submit({"good": "x" * 21, "mood": "Well"})
    with pytest.raises(AssertionError, match="have to be chosen"):
        ann.submit("tea")
    ann.submit({"good": "tea", "mood": "Well"})
    assert ann.modal is None
    sent = await client.asked()
    data: Any = sent.data
    assert (sent.type, data["custom_id"]) == (discord.InteractionType.modal_submit, "1:words:7")
    assert [each["component"].get("value") or each["component"]["values"] for each in data["components"]] == [
        "tea",
        ["4"],
    ]
    await sent.response.send_message("Kept", ephemeral=True)
    await sent.followup.send("For you", ephemeral=True)
    await sent.edit_original_response(content="Kept *well*")
    assert [seen.text for seen in ann.ephemeral] == ["Kept well", "For you"]
    history = client.get_partial_messageable(ann.channel.id).history()
    assert [message.content async for message in history] == ["Pick one", "hello"]
    await sent.delete_original_response()
    assert ann.ephemeral[0].deleted
    assert dapi.person(12, name="Ben").ephemeral == []


async def test_commands_are_registered_completed_and_used(dapi: DiscordApi, client: Client) -> None:
    @client.tree.command(name="now", description="One small thing now")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def now(interaction: discord.Interaction, practice: str) -> None:
        await interaction.response.defer(ephemeral=True)
        await dapi.wait_for_async(lambda: len(ann.thinking) == 1)
        await interaction.followup.send(f"Here is {practice}")

    @now.autocomplete("practice")
    async def offer(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}eath", value="breath")]

    await client.tree.sync()
    assert [(each["name"], each["contexts"]) for each in dapi.commands] == [("now", [0, 1, 2])]
    ann = dapi.person(11, installed=True)
    ann.slash("now", {"practice": "br"}, focused="practice")
    await dapi.wait_for_async(lambda: ann.choices)
    assert ann.choices == [("breath", "breath")]
    ann.slash("now", {"practice": "breath"})
    assert (await ann.wait_for_async("Here is breath")).ephemeral
    assert ann.thinking == []
    with pytest.raises(AssertionError, match="no option"):
        ann.slash("now", {"other": 1})
    with pytest.raises(AssertionError, match="no command 'later'"):
        ann.slash("later")
    ben = dapi.person(12, name="Ben")
    ben.leave_server()
    with pytest.raises(AssertionError, match="does not offer"):
        ben.slash("now", {"practice": "breath"})


@pytest.mark.parametrize(("context", "guild"), [(0, True), (2, False)])
async def test_a_command_is_answered_where_it_was_used(
    dapi: DiscordApi, client: Client, context: int, guild: bool
) -> None:
    await client.http.bulk_upsert_global_commands(
        (client.user and client.user.id) or 0,
        [{"name": "now", "description": "Now", "contexts": [0, 1, 2], "integration_types": [0, 1]}],
    )
    ann, ben = dapi.person(11, installed=True), dapi.person(12, name="Ben")
    ann.slash("now", context=context)
    asked = await client.asked()
    assert (asked.guild is not None, asked.user.id) == (guild, 11)
    await asked.response.send_message("Here")
    assert ann.inbox == []
    assert [seen.text for seen in ann.seen] == ["Here"]
    assert [seen.text for seen in ben.seen] == (["Here"] if guild else [])
    if not guild:
        with pytest.raises(discord.Forbidden, match="Missing Access"):
            await client.get_partial_messageable(ann.newest.message.channel.id).send("again")


async def test_a_menu_is_chosen_from(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    view = ui.View(timeout=None)
    options = [discord.SelectOption(label="Morning", value="m"), discord.SelectOption(label="Evening", value="e")]
    view.add_item(ui.Select(custom_id="1:when:7", placeholder="When?", options=options))
    await greeted(client, ann, view)
    (menu,) = ann.newest.selects
    assert (menu.placeholder, menu.options) == ("When?", [("Morning", "m"), ("Evening", "e")])
    ann.choose("Evening")
    asked = await client.asked()
    assert asked.data is not None
    assert asked.data["values"] == ["e"]  # type: ignore[typeddict-item]
    await asked.response.defer()
    await asked.edit_original_response(content="In the evening", view=None)
    assert ann.newest.text == "In the evening"
    with pytest.raises(AssertionError, match="no menu offers"):
        ann.choose("Noon")


async def test_voice_pictures_stickers_and_files_go_both_ways(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    ann.send_voice(3.5, b"OggSvoice")
    voice = (await client.heard()).attachments[0]
    assert (voice.is_voice_message(), voice.duration, await voice.read()) == (True, 3.5, b"OggSvoice")
    ann.send_photo("the sky")
    photo = await client.heard()
    assert (photo.content, photo.attachments[0].content_type) == ("the sky", "image/png")
    ann.send_sticker()
    stuck = await client.heard()
    assert (stuck.content, [sticker.name for sticker in stuck.stickers]) == ("", ["Wave"])
    await stuck.channel.send("A calendar", file=discord.File(io.BytesIO(b"BEGIN"), "nudges.ics", description="nudges"))
    (file,) = ann.newest.attachments
    assert (file.filename, file.content, file.description) == ("nudges.ics", b"BEGIN", "nudges")
    dapi.move_clock(25 * 3600)
    with pytest.raises(discord.NotFound):
        await voice.read()


async def test_a_click_answered_later_changes_or_removes_the_message_that_was_clicked(
    dapi: DiscordApi, client: Client
) -> None:
    ann = dapi.person(11)
    await greeted(client, ann)
    ann.click("Yes")
    asked = await client.asked()
    await asked.response.defer()
    await asked.edit_original_response(content="Kept", attachments=[discord.File(io.BytesIO(b"x"), "x.txt")])
    assert (ann.newest.text, len(ann.newest.attachments), ann.newest.pings) == ("Kept", 1, [])
    await asked.followup.send("And more")
    await asked.delete_original_response()
    assert [(seen.text, seen.deleted) for seen in ann.inbox] == [("Kept", True), ("And more", False)]
    with pytest.raises(discord.NotFound, match="Unknown Message"):
        await asked.edit_original_response(content="again")


async def test_a_repeated_nonce_is_the_same_message(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    ann.write("hello")
    channel = (await client.heard()).channel
    first = await channel.send("one", nonce="row-7")
    again = await channel.send("one", nonce="row-7")
    assert (again.id, len(ann.inbox)) == (first.id, 1)
    dapi.move_clock(600)
    assert (await channel.send("one", nonce="row-7")).id != first.id


async def test_an_answer_is_given_once_and_in_time(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    await greeted(client, ann)
    ann.click("Yes")
    asked = await client.asked()
    with pytest.raises(discord.NotFound, match="Unknown Webhook"):
        await asked.followup.send("too early")
    dapi.move_clock(3)
    assert len(ann.failed) == 1
    with pytest.raises(discord.NotFound, match="10062"):
        await asked.response.defer()
    ann.click("Yes")
    await (await client.asked()).response.defer()
    ann.repeat_last()
    with pytest.raises(discord.HTTPException, match="40060"):
        await (await client.asked()).response.defer()
    assert len(ann.failed) == 1


async def test_a_token_holds_for_fifteen_minutes(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    await greeted(client, ann)
    ann.click("Yes")
    asked = await client.asked()
    await asked.response.defer(thinking=True)
    assert len(ann.thinking) == 1
    dapi.move_clock(899)
    await asked.followup.send("just in time")
    dapi.move_clock(1)
    with pytest.raises(discord.HTTPException, match="50027"):
        await asked.followup.send("too late")


@pytest.mark.parametrize("resumable", [True, False])
async def test_what_was_said_meanwhile_is_heard_only_by_who_resumes(
    dapi: DiscordApi, client: Client, resumable: bool
) -> None:
    ann = dapi.person(11)
    dapi.gateway.resumable = resumable
    dapi.cut()
    ann.write("are you there?")
    await dapi.wait_for_async(lambda: dapi.gateway.resumed if resumable else dapi.gateway.identified == 2)
    ann.write("hello")
    heard = await client.heard()
    assert heard.content == ("are you there?" if resumable else "hello")
    history = [message.content async for message in heard.channel.history(oldest_first=True)]
    assert history == ["are you there?", "hello"]


async def test_a_session_ends_when_discord_says_so(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    dapi.reconnect()
    await dapi.wait_for_async(lambda: dapi.gateway.resumed == 1)
    dapi.invalidate()
    await dapi.wait_for_async(lambda: dapi.gateway.identified == 2)
    await dapi.wait_for_async(lambda: dapi.connected)
    ann.write("hello")
    assert (await client.heard()).content == "hello"


async def test_who_comes_back_reads_what_was_missed(dapi: DiscordApi) -> None:
    ann = dapi.person(11)
    async with running(dapi) as client:
        ann.write("hello")
        last = await client.heard()
    await dapi.wait_for_async(lambda: not dapi.connected)
    ann.write("one")
    ann.write("two")
    async with running(dapi) as client:
        channel = client.get_partial_messageable(last.channel.id)
        missed = [message.content async for message in channel.history(after=last, limit=1, oldest_first=True)]
        assert missed == ["one"]
        assert client.messages.empty()


async def test_who_may_not_enter_is_told_so(dapi: DiscordApi) -> None:
    with dapi.for_discord_py():
        async with Client() as stranger:
            with pytest.raises(discord.LoginFailure):
                await stranger.login("wrong")
        async with Client(discord.Intents(message_content=True)) as curious:
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await curious.start(dapi.token)


async def test_a_closed_door_and_no_common_server_are_different_refusals(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    sent = await greeted(client, ann)
    ann.close_dms()
    with pytest.raises(discord.Forbidden, match="50007"):
        await sent.channel.send("hi")
    with pytest.raises(AssertionError, match="cannot write"):
        ann.write("hi")
    ann.open_dms()
    ann.leave_server()
    with pytest.raises(discord.Forbidden, match="50278"):
        await sent.channel.send("hi")
    dapi.world.dm_openings = 0
    with pytest.raises(discord.Forbidden, match="40003"):
        await (await client.fetch_user(dapi.person(12).id)).create_dm()


async def test_only_who_is_meant_is_called(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    await greeted(client, ann)
    channel = client.get_partial_messageable(ann.channel.id)
    words = "@everyone look, <@11>: `<@12>`"
    await channel.send(words, allowed_mentions=discord.AllowedMentions.none())
    assert ann.newest.pings == []
    await channel.send(words, allowed_mentions=discord.AllowedMentions(everyone=False, users=[discord.Object(11)]))
    assert ann.newest.pings == ["<@11>"]
    await channel.send(words)
    assert ann.newest.pings == ["@everyone", "<@11>"]
    assert ann.newest.text == "@everyone look, @Ann: <@12>"


async def test_waiting_in_vain_shows_the_conversation(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    await greeted(client, ann)
    with pytest.raises(AssertionError, match=r"(?s)'Bye' did not come.*Ann: hello.*\[Yes\]\(1:yes:7\)"):
        await ann.wait_for_async("Bye", 0.05)
    with pytest.raises(AssertionError, match="last calls"):
        await asyncio.to_thread(dapi.wait_for, lambda: False, 0.05)
